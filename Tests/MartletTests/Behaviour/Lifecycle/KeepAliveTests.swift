import Martlet
import NIOCore
import Testing

@Suite("Whether a connection goes on (RFC 9112 section 9.3)")
struct KeepAliveTests {
    private static let hello: HTTPServer.Handler = { try await $0.response.end("hi") }
    private static let parts: HTTPServer.Handler = { request in
        try await request.response.write("h")
        try await request.response.flush()
        try await request.response.write("i")
    }

    @Test("HTTP/1.1 does, until the client says otherwise")
    func http11() async throws {
        try await withServer(.bare, Self.hello) { server in
            let text = try await server.transcript(of: get() + get("/", "Connection: close") + get("/never"))
            #expect(
                text == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                    + "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
            )
        }
    }

    @Test("HTTP/1.0 does when the client asks for it and the length is known")
    func http10() async throws {
        try await withServer(.bare, Self.hello) { server in
            let request = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
            let text = try await server.transcript(of: request + "GET / HTTP/1.0\r\n\r\n")
            #expect(
                text == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"
                    + "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
            )
        }
    }

    @Test("HTTP/1.0 does not when only the end of the connection tells the end of the content")
    func http10Streaming() async throws {
        try await withServer(.bare, Self.parts) { server in
            let text = try await server.transcript(of: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(text == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi")
        }
    }

    @Test("HTTP/1.0 does when the handler tells the length")
    func http10WithLength() async throws {
        try await withServer { request in
            request.response.contentLength = 2
            try await Self.parts(request)
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let text = try await client.response().description
                #expect(text == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi")
            }
        }
    }

    @Test("Empty lines between requests are skipped (RFC 9112 section 2.2)")
    func emptyLines() async throws {
        try await withServer(.bare, Self.hello) { server in
            let client = try await server.connect()
            client.send("\r\n" + get() + "\r\n\r\n" + get())
            for _ in 0..<2 {
                #expect(try await client.response().text == "hi")
            }
        }
    }

    @Test("A content that nobody reads is dropped up to the limit", arguments: [true, false])
    func drained(isChunked: Bool) async throws {
        try await withServer(.bare.with { $0.maximumDrainedBytes = 10 }, Self.hello) { server in
            let head = "POST / HTTP/1.1\r\nHost: a\r\n"
            for (count, answers) in [(10, 2), (200_000, 1)] {
                let content = String(repeating: "a", count: count)
                let request =
                    isChunked
                    ? head + "Transfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(content)\r\n0\r\n\r\n"
                    : head + "Content-Length: \(count)\r\n\r\n\(content)"
                let client = try await server.connect()
                client.send(request)
                client.send(get("/", "Connection: close"))
                let text = try await client.receiveToEnd()
                #expect(text.ranges(of: "HTTP/1.1 200 OK").count == answers, "\(count) bytes")
            }
        }
    }

    @Test("A client that must be told no more gets to read its answer although it goes on sending")
    func lingering() async throws {
        try await withServer(.bare.with { $0.maximumDrainedBytes = 10 }, Self.hello) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            client.send(ByteBuffer(repeating: 0x61, count: 5_000_000))
            let response = try await client.response()
            #expect(response.text == "hi")
            #expect(response["Connection"] == "close")
            #expect(try await client.expectEnd())
        }
    }

    @Test("A connection carries no more requests than it may")
    func maximumRequests() async throws {
        try await withServer(.bare.with { $0.maximumRequestsPerConnection = 3 }, Self.hello) { server in
            let text = try await server.transcript(of: String(repeating: get(), count: 5))
            let first = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
            #expect(text == first + first + "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")
        }
    }
}
