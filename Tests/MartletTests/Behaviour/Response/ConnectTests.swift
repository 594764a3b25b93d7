import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("CONNECT")
struct ConnectTests {
    private static let handlers: [HTTPServer.Handler] = [
        { try await $0.response.end("hello") },
        { _ in },
        { request in
            request.response.status = .noContent
            try await request.response.end()
        },
        { request in
            try await request.response.write("hel")
            try await request.response.flush()
            try await request.response.end("lo")
        },
        { request in
            request.response.contentLength = 5
            try await request.response.end("hello")
        },
    ]

    @Test("S8: is answered 501 where the handler answers everything", arguments: handlers.indices)
    func refused(index: Int) async throws {
        try await withServer(.bare, Self.handlers[index]) { server in
            let client = try await server.connect()
            client.send("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n" + get("/smuggled"))
            let response = try await client.response()
            #expect(response.statusLine == "HTTP/1.1 501 Not Implemented")
            #expect(response["Connection"] == "close")
            #expect(try await client.expectEnd())
        }
    }

    @Test("S8: is answered as the handler says, where that is no success", arguments: [300, 403, 407, 500, 502])
    func otherStatus(code: Int) async throws {
        try await withServer(.priorKnowledge) { request in
            request.response.status = .init(code: code)
            try await request.response.end("no")
        } test: { server in
            let client = try await server.connect()
            client.send("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == code && response.text == "no")
            #expect(try await client.expectEnd())
            let http2 = try await server.beginHTTP2()
            http2.send(.headers(1, [(":method", "CONNECT"), (":authority", "x:443")]))
            let reply = try await http2.reply()
            #expect(reply.status == code && reply.text == "no")
        }
    }

    @Test("S8: over HTTP/2 too, and the other requests go on", arguments: handlers.indices, [nil, "something"])
    func refusedOverHTTP2(index: Int, name: String?) async throws {
        try await withServer(.priorKnowledge, Self.handlers[index]) { server in
            let client = try await server.beginHTTP2()
            let head = name.map { [(":protocol", $0)] + Frame.pseudo("CONNECT", "/") }
            client.send(.headers(1, head ?? [(":method", "CONNECT"), (":authority", "x:443")], end: false))
            let reply = try await client.reply(1)
            #expect(reply.status == 501)
            client.send(.data(1, "for the tunnel"), .request(3))
            #expect(try await client.reply(3).status < 300)
        }
    }

    @Test("S8: opens a tunnel on a stream of HTTP/2 when the handler takes it (RFC 9113 section 8.5)")
    func tunnelOverHTTP2() async throws {
        try await withServer(.priorKnowledge) { request in
            let socket = try await request.response.detachSocket()
            for try await bytes in socket.inbound { try await socket.write(bytes) }
            await socket.close()
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.headers(1, [(":method", "CONNECT"), (":authority", "x:443")], end: false))
            let fields = try client.fields(of: try await client.next(.headers))
            #expect(fields.map { "\($0.name): \($0.value)" } == [":status: 200"])
            client.send(.data(1, "hello", end: false))
            #expect(try await client.next(.data).payload == Array("hello".utf8))
            client.send(.data(1))
            let end = try await client.next(.data)
            #expect(end.flags & Frame.endStream != 0)
        }
    }

    @Test("S8: has no content where it succeeds, nor has 101", arguments: ["Content-Length", "Transfer-Encoding"])
    func lengths(name: String) async throws {
        let failures = Events<HTTPServerError>()
        try await withServer { request in
            request.response.headers[try #require(HTTPField.Name(name))] = name == "Content-Length" ? "0" : "chunked"
            if request.method == .get { request.response.status = .switchingProtocols }
            do {
                _ = try await request.response.detachSocket()
            } catch let error as HTTPServerError {
                failures.add(error)
                request.response.headers = [:]
                throw HTTPError(.badGateway)
            }
        } test: { server in
            for request in ["CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", get("/", "Upgrade: x", "Connection: upgrade")]
            {
                let status = try await server.response(to: request).status
                #expect(status == 502)
                #expect(try await failures.next() == .reservedField(name))
            }
        }
    }

    @Test("S8: 101 is no answer to a request that asks for no other protocol", arguments: ["1.0", "1.1"])
    func switching(version: String) async throws {
        let failures = Events<HTTPServerError>()
        try await withServer { request in
            request.response.status = .switchingProtocols
            request.response.headers[.upgrade] = "echo"
            do {
                _ = try await request.response.detachSocket()
            } catch let error as HTTPServerError {
                failures.add(error)
                throw error
            }
        } test: { server in
            let field = version == "1.0" ? "Upgrade: echo\r\nConnection: upgrade\r\n" : ""
            let response = try await server.response(to: "GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n")
            #expect(response.status == 500)
            #expect(try await failures.next() == .invalidStatus(101))
        }
    }
}
