import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("WebSockets over HTTP/2 (RFC 8441)", .timeLimit(.minutes(5)))
struct HTTP2WebSocketTests {
    private static let echo: HTTPServer.Handler = { request in
        let socket = try await WebSocket.upgrade(request, protocols: ["chat"])
        for try await message in socket { try await socket.send(message) }
    }

    private static func connect(_ fields: [(String, String)] = [("sec-websocket-version", "13")]) -> Frame {
        .headers(1, [(":protocol", "websocket")] + Frame.pseudo("CONNECT", "/chat") + fields, end: false)
    }

    /// A frame of the client's, with a mask of zeros.
    private static func masked(_ opcode: UInt8, _ payload: [UInt8], end: Bool = false) -> Frame {
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        return Frame(.data, end ? Frame.endStream : 0, stream: 1, [0x80 | opcode] + length + [0, 0, 0, 0] + payload)
    }

    /// Opens a WebSocket.
    private func open(_ client: HTTP2Client) async throws -> [(name: String, value: String)] {
        client.send(Self.connect([("sec-websocket-version", "13"), ("sec-websocket-protocol", "a, chat")]))
        let head = try await client.next(.headers, stream: 1)
        #expect(head.flags & Frame.endStream == 0)
        return try client.fields(of: head)
    }

    @Test("are offered, opened, used and closed")
    func whole() async throws {
        try await withServer(.priorKnowledge, Self.echo) { server in
            let client = try await server.connectHTTP2()
            client.send(Array(HTTP2Client.preface.utf8) + Frame.settings().bytes + Frame.settingsAck.bytes)
            let settings = try await client.next(.settings)
            #expect(settings.payload.suffix(6) == [0, 8, 0, 0, 0, 1])
            let fields = try await open(client)
            #expect(fields.map { "\($0.name): \($0.value)" } == [":status: 200", "sec-websocket-protocol: chat"])
            client.send(Self.masked(0x1, Array("Hello".utf8)))
            let echo = try await client.next(.data, stream: 1)
            #expect(echo.payload == [0x81, 5] + Array("Hello".utf8))
            client.send(Self.masked(0x9, [1]), Self.masked(0x8, [0x03, 0xE8], end: true))
            let rest = try await client.reply()
            #expect(rest.content == [0x8A, 1, 1, 0x88, 2, 0x03, 0xE8])
            #expect(rest.reset == nil)
            // The connection goes on.
            client.send(.request(3, "GET"))
            let other = try await client.reply(3)
            #expect(other.status == 400)
        }
    }

    @Test("are GET for routers, as over HTTP/1.1; other tunnels are not")
    func routingMethod() async throws {
        try await withServer(.priorKnowledge) { request in
            throw HTTPError(request.routingMethod == .get ? .notFound : .badRequest)
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(Self.connect())
            #expect(try await client.reply().status == 404)
            client.send(.headers(3, [(":method", "CONNECT"), (":authority", "a:80")], end: false))
            #expect(try await client.reply(3).status == 400)
        }
    }

    @Test("carry more than any window, both ways")
    func large() async throws {
        try await withServer(.priorKnowledge, Self.echo) { server in
            let client = try await server.beginHTTP2()
            _ = try await open(client)
            // Small messages, so that many are under way; each echo is taken before the next is sent.
            let payload = [UInt8](repeating: 0x61, count: 16_000)
            var received = 0
            for _ in 0..<40 {
                client.send(Self.masked(0x2, payload))
                var pending = payload.count + 4
                while pending > 0 {
                    let frame = try await client.next(.data, stream: 1)
                    pending -= frame.payload.count
                    received += frame.payload.count
                    let count = UInt32(frame.payload.count)
                    client.send(.windowUpdate(0, count), .windowUpdate(1, count))
                }
            }
            #expect(received == 40 * (payload.count + 4))
        }
    }

    @Test("that nobody reads stop their client, and not the other streams")
    func unread() async throws {
        let release = Events<Void>()
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.http2.streamWindow = 65_536 }
        try await withServer(configuration) { request in
            guard WebSocket.isUpgradeRequest(request) else { return try await request.response.end("fine") }
            let socket = try await WebSocket.upgrade(request)
            try await release.next()
            for try await _ in socket {}
        } test: { server in
            let client = try await server.beginHTTP2()
            _ = try await open(client)
            // What the socket holds back, and most of a window.
            for _ in 0..<6 { client.send(Self.masked(0x2, [UInt8](repeating: 0, count: 15_992))) }
            client.send(.request(3, "GET"), .ping())
            let other = try await client.reply(3)
            #expect(other.text == "fine")
            release.add()
            let update = try await client.next(.windowUpdate, stream: 1)
            #expect((update.word(at: 0) ?? 0) > 16_384)
        }
    }

    @Test("are refused as they are over HTTP/1.1")
    func refused() async throws {
        try await withServer(.priorKnowledge, Self.echo) { server in
            for (fields, status) in [
                ([("sec-websocket-version", "12")], 426), ([], 426),
                ([("sec-websocket-version", "13"), ("origin", "http://elsewhere")], 403),
            ] {
                let client = try await server.beginHTTP2()
                client.send(Self.connect(fields))
                let reply = try await client.reply()
                #expect(reply.status == status)
            }
        }
    }

    @Test("are not opened by handlers that know nothing of them", arguments: ["websocket", "something"])
    func unknownProtocol(name: String) async throws {
        try await withServer(.priorKnowledge) { request in
            try await request.response.end("Hello, world!")
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.headers(1, [(":protocol", name)] + Frame.pseudo("CONNECT", "/"), end: false))
            let reply = try await client.reply()
            #expect(reply.status == 501)
        }
    }

    @Test("need CONNECT, and everything that names a resource")
    func malformed() async throws {
        let pseudo = [(":protocol", "websocket")] + Frame.pseudo("CONNECT", "/")
        try await withServer(.priorKnowledge, Self.echo) { server in
            for fields in [
                [(":protocol", "websocket")] + Frame.pseudo(), pseudo.filter { $0.0 != ":path" },
                pseudo.filter { $0.0 != ":scheme" }, pseudo.filter { $0.0 != ":authority" }, pseudo + [pseudo[0]],
                [(":protocol", "web socket")] + pseudo.dropFirst(), [(":protocol", "")] + pseudo.dropFirst(),
            ] {
                let client = try await server.beginHTTP2()
                client.send(.headers(1, fields, end: false))
                let reply = try await client.reply()
                #expect(reply.reset == 1, "\(fields)")
            }
        }
    }

    @Test("end with the stream, and their handler with them")
    func reset() async throws {
        let codes = Events<Int>()
        try await withServer(.priorKnowledge) { request in
            let socket = try await WebSocket.upgrade(request)
            do { for try await _ in socket {} } catch {}
            codes.add(Int(socket.closeCode?.rawValue ?? 0))
        } test: { server in
            let client = try await server.beginHTTP2()
            _ = try await open(client)
            client.send(.reset(1))
            let code = try await codes.next()
            #expect(code == 1006)
            try await eventually { server.connectionCounts.active == 0 }
        }
    }

    @Test("are told when the server shuts down")
    func shutdown() async throws {
        try await withServer(.priorKnowledge, Self.echo) { server in
            let client = try await server.beginHTTP2()
            _ = try await open(client)
            let closing = Task { await server.close() }
            let goodbye = try await client.next(.data, stream: 1)
            #expect(goodbye.payload == [0x88, 2, 0x03, 0xE9])
            client.send(Self.masked(0x8, [0x03, 0xE9], end: true))
            _ = try await client.reply()
            await closing.value
        }
    }
}
