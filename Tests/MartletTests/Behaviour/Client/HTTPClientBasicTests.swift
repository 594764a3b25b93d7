import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: one request after the other", .timeLimit(.minutes(5)))
struct HTTPClientBasicTests {
    @Test("A GET is these bytes, and its answer is read")
    func getBytes() async throws {
        let seen = Mutex("")
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            seen.withLock { $0 = head }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-A: b\r\n\r\nHello, world!")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient()
            let response = try await client.get("\(server.url)/a/b?c=d#e")
            #expect(response.status == .ok)
            #expect(response.headers[HTTPField.Name("X-A")!] == "b")
            #expect(response.contentLength == 13)
            #expect(response.connectionInfo?.remotePort == server.port)
            #expect(try await response.text() == "Hello, world!")
            let head = seen.withLock { $0 }
            #expect(
                head == "GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
                    + "User-Agent: Martlet/0.1\r\nAccept-Encoding: \(ContentCoding.accepted)\r\n\r\n"
            )
        }
    }

    @Test("A POST has a length and a type; without content it says 0")
    func postBytes() async throws {
        let seen = Mutex<[String]>([])
        try await ScriptedServer.run { connection, _ in
            for _ in 0..<3 {
                var text = try connection.readHead()
                if text.contains("Content-Length: 5") { text += try connection.read(count: 5) }
                seen.withLock { [text] in $0.append(text) }
                try connection.write("HTTP/1.1 204 No Content\r\n\r\n")
            }
        } while: { server in
            let client = makeClient {
                $0.userAgent = nil
                $0.decompresses = false
            }
            #expect(try await client.post("\(server.url)/", body: "Hello").status == .noContent)
            _ = try await client.post("\(server.url)/")
            _ = try await client.delete("\(server.url)/x", headers: [.authorization: "a"])
            let host = "Host: 127.0.0.1:\(server.port)\r\n"
            #expect(
                seen.withLock { $0 } == [
                    "POST / HTTP/1.1\r\n\(host)Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nHello",
                    "POST / HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n",
                    "DELETE /x HTTP/1.1\r\n\(host)Authorization: a\r\n\r\n",
                ]
            )
            #expect(server.connectionCount == 1)
        }
    }

    @Test("A stream goes out in chunks, with trailers")
    func chunkedRequest() async throws {
        let seen = Mutex("")
        try await ScriptedServer.run { connection, _ in
            let text = try connection.readHead() + connection.read(through: "X-Sum: 1\r\n\r\n")
            seen.withLock { $0 = text }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient {
                $0.userAgent = nil
                $0.decompresses = false
            }
            let request = try client.open(.put, "\(server.url)/x")
            request.headers[.contentType] = "a/b"
            try await request.write("abc")
            request.trailers = [HTTPField.Name("X-Sum")!: "1"]
            let response = try await request.end()
            #expect(response.status == .ok)
            #expect(try await response.text() == "")
            #expect(
                seen.withLock { $0 }
                    == "PUT /x HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Type: a/b\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"
            )
        }
    }

    @Test("Chunks with trailers, content until the end of the connection, and none at all are read")
    func framings() async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            switch number {
            case 0:
                try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                try connection.write("2\r\nde\r\n0\r\nX-T: 1\r\n\r\n")
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\n\r\nuntil the end")
            default:
                break
            }
        } while: { server in
            let client = makeClient()
            let first = try await client.get("\(server.url)/")
            #expect(try await first.text() == "abcde")
            #expect(try await first.trailers[HTTPField.Name("X-T")!] == "1")
            let second = try await client.get("\(server.url)/")
            #expect(!second.isPersistent)
            #expect(try await second.text() == "until the end")
            #expect(server.connectionCount == 1)
        }
    }

    @Test("Martlet's own server is understood, and understands")
    func ownServer() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        let serving = Task {
            try await server.serve { request in
                let text = try await request.text()
                try await request.response.end("\(request.method) \(request.target) \(text)")
            }
        }
        let client = makeClient()
        for number in 0..<20 {
            let response = try await client.post("\(server.url)\(number)", body: "text")
            #expect(try await response.text() == "POST /\(number) text")
        }
        #expect(client.connectionCounts.total == 1)
        #expect(client.connectionCounts.idle == 1)
        let stream = AsyncStream { continuation in
            for _ in 0..<1000 { continuation.yield(ByteBuffer(string: "0123456789")) }
            continuation.finish()
        }
        let echoed = try await client.put("\(server.url)x", body: .stream(stream))
        #expect(try await echoed.text().count == 10_000 + 7)
        await client.close()
        await server.shutdown()
        _ = try await serving.value
    }

    @Test("What is no URL is refused at once")
    func badURLs() async throws {
        let client = makeClient()
        await #expect(throws: HTTPClientError.invalidURL("nonsense")) { _ = try await client.get("nonsense") }
        await #expect(throws: HTTPClientError.unsupportedScheme("ftp")) { _ = try await client.get("ftp://a/") }
    }
}
