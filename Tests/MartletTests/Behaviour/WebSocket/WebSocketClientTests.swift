import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("WebSocket.connect")
struct WebSocketClientTests {
    /// What a server answers to the handshake whose head is given.
    private static func answer(_ head: String, _ fields: String...) -> String {
        let key = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") }
        let value = key.map { String($0.dropFirst(18).drop { $0 == " " }) } ?? ""
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: \(WebSocket.accept(value))\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test("asks as RFC 6455 wants it, whatever the caller's fields say")
    func request() async throws {
        let heads = Events<String>()
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            heads.add(head)
            try connection.write(Self.answer(head, "Sec-WebSocket-Protocol: b"))
            try connection.write(hexBytes("88 02 03 e8"))
            try connection.readToEnd()
        } while: { server in
            let url = "ws://me:secret@127.0.0.1:\(server.port)/chat?room=1#top"
            let headers: HTTPFields = [.origin: "http://here", .upgrade: "h2c", .secWebSocketKey: "mine"]
            let socket = try await WebSocket.connect(url, protocols: ["a", "b"], headers: headers)
            #expect(socket.protocol == "b")
            #expect(socket.extensions == "")
            #expect(try await socket.receive() == nil)
            #expect(socket.closeCode == .normalClosure)
            let head = try await heads.next()
            #expect(head.hasPrefix("GET /chat?room=1 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
            for field in [
                "Origin: http://here", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Protocol: a, b", "Cache-Control: no-cache", "Authorization: Basic bWU6c2VjcmV0",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
            ] {
                #expect(head.lowercased().contains("\r\n\(field.lowercased())\r\n"), "\(field)")
            }
            #expect(!head.contains("h2c"))
            #expect(!head.contains("mine"))
        }
    }

    @Test("takes what comes right behind the answer, and masks what it sends")
    func frames() async throws {
        let sent = Events<[UInt8]>()
        try await ScriptedServer.run { connection, _ in
            let head = try connection.readHead()
            try connection.write(Array(Self.answer(head).utf8) + hexBytes("01 01 61 89 01 70 80 01 62"))
            let pong = try connection.readBytes(count: 7)
            let text = try connection.readBytes(count: 8)
            sent.add(pong)
            sent.add(text)
            try connection.write(hexBytes("88 02 03 e9"))
            sent.add(try connection.readBytes(count: 8))
        } while: { server in
            let socket = try await WebSocket.connect("ws://127.0.0.1:\(server.port)")
            #expect(try await socket.receive() == .text("ab"))
            try await socket.send("hi")
            #expect(try await socket.receive() == nil)
            #expect((socket.closeCode, socket.readyState != .open) == (.goingAway, true))
            for (first, payload) in [(0x8A, [0x70]), (0x81, Array("hi".utf8)), (0x88, [0x03, 0xE9])]
                as [(UInt8, [UInt8])]
            {
                let bytes = try await sent.next()
                #expect(bytes[0] == first)
                #expect(bytes[1] == 0x80 | UInt8(payload.count))
                let unmasked = bytes[6...].enumerated().map { $1 ^ bytes[2 + $0 % 4] }
                #expect(unmasked == payload)
            }
        }
    }

    @Test("believes no answer that is wrong")
    func wrongAnswers() async throws {
        let cases: [(WebSocketError, @Sendable (String) -> String)] = [
            (.handshake(.wrongAccept), { Self.answer($0).replacing("Accept: ", with: "Accept: x") }),
            (.handshake(.missingAccept), { Self.answer($0).replacing("Sec-WebSocket-Accept", with: "X") }),
            (.handshake(.notUpgraded), { Self.answer($0).replacing("Upgrade: websocket", with: "Upgrade: h2c") }),
            (.handshake(.unknownProtocol("z")), { Self.answer($0, "Sec-WebSocket-Protocol: z") }),
            (.handshake(.extensions("foo")), { Self.answer($0, "Sec-WebSocket-Extensions: foo") }),
        ]
        for (error, answer) in cases {
            _ = try await ScriptedServer.run { connection, _ in
                try connection.write(answer(try connection.readHead()))
                try connection.readToEnd()
            } while: { server in
                await #expect(throws: error) { _ = try await WebSocket.connect("ws://127.0.0.1:\(server.port)/") }
            }
        }
    }

    @Test("follows no redirect", arguments: [200, 302, 404, 426])
    func otherStatuses(_ status: Int) async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 \(status) x\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let url = "ws://127.0.0.1:\(server.port)/"
            let error = await #expect(throws: WebSocketError.self) { try await WebSocket.connect(url) }
            guard case .notUpgraded(url, let found) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(found.code == status)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("says what is wrong with its arguments")
    func arguments() async throws {
        await #expect(throws: WebSocketError.unsupportedScheme("http")) { try await WebSocket.connect("http://a/") }
        await #expect(throws: HTTPClientError.invalidURL("ws://")) { try await WebSocket.connect("ws://") }
        for protocols in [["a b"], ["a", "a"], [""]] {
            await #expect(throws: WebSocketError.invalidProtocols(protocols)) {
                try await WebSocket.connect("ws://a/", protocols: protocols)
            }
        }
        #expect(WebSocketError.unsupportedScheme("x").description.hasPrefix("Unsupported URL scheme 'x'"))
        #expect(WebSocketError.reservedCloseCode(.abnormalClosure).description == "Reserved status code 1006")
    }

    @Test("goes through a proxy by a tunnel")
    func proxy() async throws {
        let heads = Events<String>()
        try await ScriptedServer.run { connection, _ in
            heads.add(try connection.readHead())
            try connection.write("HTTP/1.1 200 OK\r\n\r\n")
            let head = try connection.readHead()
            heads.add(head)
            try connection.write(Array(Self.answer(head).utf8) + hexBytes("81 02 68 69"))
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(server.port)") } }
            let socket = try await WebSocket.connect("ws://example.com/x", client: client)
            #expect(try await socket.receive() == .text("hi"))
            #expect(try await heads.next().hasPrefix("CONNECT example.com:80 "))
            #expect(try await heads.next().hasPrefix("GET /x "))
        }
    }

    @Test("ends a connection whose server breaks the rules, or vanishes")
    func badServers() async throws {
        for (bytes, code) in [
            ("81 85 00 00 00 00", 1002), ("81 01 ff", 1007), ("82 7e ff ff", 1009), ("81 05 61", 1006),
        ]
            as [(String, UInt16)]
        {
            try await ScriptedServer.run { connection, _ in
                try connection.write(Array(Self.answer(try connection.readHead()).utf8) + hexBytes(bytes))
                if code != 1006 { try connection.readToEnd() }
            } while: { server in
                let socket = try await WebSocket.connect("ws://127.0.0.1:\(server.port)/", maximumMessageSize: 1000)
                #expect(try await socket.receive() == nil)
                #expect(socket.closeCode?.rawValue == code)
                await socket.close()
                #expect(socket.readyState == .closed)
            }
        }
    }
}
