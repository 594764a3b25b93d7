import HTTPTypes
import HTTPWire
import Testing

@Suite struct WebSocketHandshakeTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let fields: HTTPFields = [
        .connection: "keep-alive, Upgrade", .upgrade: "WebSocket", .secWebSocketVersion: "13", .secWebSocketKey: key,
    ]

    private static func read(_ change: (inout HTTPFields) -> Void) throws(WebSocketHandshakeError)
        -> WebSocketHandshake.Request
    {
        var fields = fields
        change(&fields)
        return try WebSocketHandshake.Request(method: .get, version: .http1_1, headers: fields)
    }

    @Test func reads() throws {
        let request = try Self.read {
            $0.append(HTTPField(name: .secWebSocketProtocol, value: "chat, superchat"))
            $0.append(HTTPField(name: .secWebSocketProtocol, value: "mqtt"))
            $0[.secWebSocketExtensions] = "permessage-deflate"
        }
        #expect(request.key == Self.key)
        #expect(request.protocols == ["chat", "superchat", "mqtt"])
        #expect(request.extensions == ["permessage-deflate"])
        #expect(WebSocketHandshake.isUpgrade(method: .get, headers: Self.fields))
        #expect(!WebSocketHandshake.isUpgrade(method: .post, headers: Self.fields))
        #expect(!WebSocketHandshake.isUpgrade(method: .get, headers: [.upgrade: "websocket"]))
        #expect(!WebSocketHandshake.isUpgrade(method: .get, headers: [.connection: "upgrade", .upgrade: "h2c"]))
    }

    @Test func refuses() {
        let cases: [(WebSocketHandshakeError, (inout HTTPFields) -> Void)] = [
            (.connectionField, { $0[.connection] = "close" }), (.connectionField, { $0[.connection] = nil }),
            (.upgradeField, { $0[.upgrade] = "h2c" }), (.upgradeField, { $0[.upgrade] = nil }),
            (.unsupportedVersion("8"), { $0[.secWebSocketVersion] = "8" }),
            (.unsupportedVersion(""), { $0[.secWebSocketVersion] = nil }),
            (.unsupportedVersion("13, 13"), { $0.append(HTTPField(name: .secWebSocketVersion, value: "13")) }),
            (.key, { $0[.secWebSocketKey] = nil }), (.key, { $0[.secWebSocketKey] = "short" }),
            (.key, { $0[.secWebSocketKey] = "dGhlIHNhbXBsZSBub25jZQ=" }),
            (.key, { $0[.secWebSocketKey] = "dGhlIHNhbXBsZSBub25jZ===" }),
            (.key, { $0[.secWebSocketKey] = "dGhlIHNhbXBs ZSBub25jZQ==" }),
            (.key, { $0.append(HTTPField(name: .secWebSocketKey, value: Self.key)) }),
            (.protocolField, { $0[.secWebSocketProtocol] = "a b" }),
            (.protocolField, { $0[.secWebSocketProtocol] = "a, a" }),
        ]
        for (error, change) in cases {
            #expect(throws: error) { try Self.read(change) }
        }
        #expect(throws: WebSocketHandshakeError.method("POST")) {
            try WebSocketHandshake.Request(method: .post, version: .http1_1, headers: Self.fields)
        }
        #expect(throws: WebSocketHandshakeError.httpVersion) {
            try WebSocketHandshake.Request(method: .get, version: .http1_0, headers: Self.fields)
        }
        #expect(WebSocketHandshakeError.unsupportedVersion("8").status == .upgradeRequired)
        #expect(WebSocketHandshakeError.unsupportedVersion("8").headers[.secWebSocketVersion] == "13")
        #expect(WebSocketHandshakeError.key.status == .badRequest)
    }

    @Test func answers() throws {
        let request = try Self.read { _ in }
        let answer = WebSocketHandshake.answer(to: request, protocol: "chat", extensions: "e")
        // The example of RFC 6455 section 1.3.
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        #expect(
            answer == [
                .connection: "Upgrade", .upgrade: "websocket", .secWebSocketAccept: accept,
                .secWebSocketProtocol: "chat",
                .secWebSocketExtensions: "e",
            ]
        )
        #expect(try WebSocketHandshake.check(answer, key: Self.key, protocols: ["chat"]) == "chat")
        let cases: [(WebSocketHandshakeError, (inout HTTPFields) -> Void)] = [
            (.notUpgraded, { $0[.connection] = nil }), (.notUpgraded, { $0[.upgrade] = "x" }),
            (.missingAccept, { $0[.secWebSocketAccept] = nil }), (.wrongAccept, { $0[.secWebSocketAccept] = "x" }),
            (.unknownProtocol("other"), { $0[.secWebSocketProtocol] = "other" }),
        ]
        for (error, change) in cases {
            var changed = answer
            change(&changed)
            #expect(throws: error) {
                try WebSocketHandshake.check(changed, key: Self.key, protocols: ["chat"])
            }
        }
    }

    @Test func keys() throws {
        var generator = SystemRandomNumberGenerator()
        let keys = (0..<10).map { _ in WebSocketHandshake.makeKey(using: &generator) }
        #expect(Set(keys).count == 10)
        for key in keys { _ = try Self.read { $0[.secWebSocketKey] = key } }
    }
}
