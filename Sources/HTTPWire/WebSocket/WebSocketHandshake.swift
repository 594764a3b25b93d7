import HTTPTypes

/// The opening handshake (RFC 6455 section 4), for both sides.
public enum WebSocketHandshake {
    /// The only version of the protocol that is in use.
    public static let version = "13"

    /// A client's request to open a WebSocket.
    public struct Request: Sendable, Hashable {
        /// The value of `Sec-WebSocket-Key`; nil over HTTP/2, which needs no proof that the server supports WebSockets
        /// (RFC 8441 section 5).
        public let key: String?
        /// The subprotocols that the client supports, in order of preference.
        public let protocols: [String]
        /// The values of `Sec-WebSocket-Extensions`.
        public let extensions: [String]

        /// Reads a request.
        ///
        /// - Throws: ``WebSocketHandshakeError``, whose `status` is the one to respond with.
        public init(
            method: HTTPRequest.Method,
            version: HTTPVersion,
            headers: HTTPFields
        ) throws(WebSocketHandshakeError) {
            guard method == .get else { throw .method(method.rawValue) }
            guard version == .http1_1 else { throw .httpVersion }
            guard headers.connectionTokens.contains(.upgrade) else { throw .connectionField }
            guard namesWebSocket(headers) else { throw .upgradeField }
            try WebSocketHandshake.checkVersion(headers)
            let keys = headers[values: .secWebSocketKey]
            guard let key = keys.first, keys.count == 1, WebSocketHandshake.isKey(key) else { throw .key }
            try self.init(key: key, headers)
        }

        /// Reads a request over HTTP/2 by extended CONNECT, for the protocol `websocket` (RFC 8441 section 5).
        ///
        /// - Throws: ``WebSocketHandshakeError``, whose `status` is the one to respond with.
        public init(connect headers: HTTPFields) throws(WebSocketHandshakeError) {
            try WebSocketHandshake.checkVersion(headers)
            try self.init(key: nil, headers)
        }

        private init(key: String?, _ headers: HTTPFields) throws(WebSocketHandshakeError) {
            self.key = key
            let protocols = headers[values: .secWebSocketProtocol].flatMap { FieldList($0).map(String.init) }
            guard protocols.allSatisfy(\.isToken), Set(protocols).count == protocols.count else { throw .protocolField }
            self.protocols = protocols
            self.extensions = headers[values: .secWebSocketExtensions]
        }
    }

    /// Whether a request asks for a WebSocket: GET with `Connection: upgrade` and `Upgrade: websocket`. The rest of the
    /// request may still be invalid.
    public static func isUpgrade(method: HTTPRequest.Method, headers: HTTPFields) -> Bool {
        method == .get && headers.connectionTokens.contains(.upgrade) && namesWebSocket(headers)
    }

    /// The fields of the server's response.
    public static func answer(
        to request: Request,
        protocol name: String?,
        extensions: String?
    ) -> HTTPFields {
        var headers = HTTPFields()
        if let key = request.key {
            headers = [.connection: "Upgrade", .upgrade: "websocket", .secWebSocketAccept: accept(key)]
        }
        if let name { headers[.secWebSocketProtocol] = name }
        if let extensions { headers[.secWebSocketExtensions] = extensions }
        return headers
    }

    /// Creates a key for a request: 16 random bytes in Base64.
    public static func makeKey(using generator: inout some RandomNumberGenerator) -> String {
        Base64.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// The fields of a client's request.
    public static func request(key: String, protocols: [String], extensions: String?) -> HTTPFields {
        var headers: HTTPFields = [
            .connection: "Upgrade", .upgrade: "websocket", .secWebSocketVersion: version, .secWebSocketKey: key,
        ]
        if !protocols.isEmpty { headers[.secWebSocketProtocol] = protocols.joined(separator: ", ") }
        if let extensions { headers[.secWebSocketExtensions] = extensions }
        return headers
    }

    /// Checks the server's response with status 101 to a request.
    ///
    /// - Parameters:
    ///   - headers: The fields of the response.
    ///   - key: The key of the request.
    ///   - protocols: The subprotocols that were offered.
    /// - Returns: The subprotocol that the server has chosen; nil for none.
    public static func check(
        _ headers: HTTPFields,
        key: String,
        protocols: [String]
    ) throws(WebSocketHandshakeError) -> String? {
        guard headers.connectionTokens.contains(.upgrade), namesWebSocket(headers) else { throw .notUpgraded }
        guard let found = headers[.secWebSocketAccept] else { throw .missingAccept }
        guard found == accept(key) else { throw .wrongAccept }
        guard let chosen = headers[.secWebSocketProtocol] else { return nil }
        guard protocols.contains(chosen) else { throw .unknownProtocol(chosen) }
        return chosen
    }

    /// The value of `Sec-WebSocket-Accept` (section 4.2.2).
    public static func accept(_ key: String) -> String {
        Base64.encode(SHA1.hash(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
    }

    /// Whether a text is a valid name of a subprotocol.
    public static func isProtocol(_ name: String) -> Bool { name.isToken }

    private static func checkVersion(_ headers: HTTPFields) throws(WebSocketHandshakeError) {
        let versions = headers[values: .secWebSocketVersion]
        guard versions == [version] else { throw .unsupportedVersion(versions.joined(separator: ", ")) }
    }

    private static func namesWebSocket(_ headers: HTTPFields) -> Bool {
        headers[values: .upgrade].contains { FieldList($0).contains(token: "websocket") }
    }

    /// Whether the text is 16 bytes in Base64.
    private static func isKey(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count == 24 && text.hasSuffix("==")
            && bytes.dropLast(2).allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
                default: false
                }
            }
    }
}
