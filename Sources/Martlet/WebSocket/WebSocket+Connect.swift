import HTTPTypes
import HTTPWire
import NIOCore

/// Opens WebSockets as a client.
extension WebSocket {
    /// Opens a WebSocket to a server.
    ///
    /// - Parameters:
    ///   - url: An absolute URL with the scheme ws, or wss for an encrypted connection. User name and password are sent
    ///     as Basic credentials.
    ///   - protocols: The subprotocols to offer, in order of preference. None by default. The server's choice is in
    ///     ``protocol``.
    ///   - headers: Additional fields of the request. Fields of the handshake itself are ignored.
    ///   - compression: Whether messages are compressed if the server supports it. On by default.
    ///   - maximumMessageSize: The maximum size of a message from the server in bytes, after decompression; nil for no
    ///     limit, which is safe with ``receiveStream()`` only. A longer message closes the WebSocket with 1009. 1 MiB
    ///     by default.
    ///   - pingInterval: See ``pingInterval``. Nil by default.
    ///   - timeouts: How long to wait for the server.
    ///   - client: The client that opens the connection, with its proxies (through a tunnel), cookies, credentials and
    ///     deadlines.
    /// - Throws: ``WebSocketError``, or ``HTTPClientError`` if the server can't be reached.
    public static func connect(
        _ url: String,
        protocols: [String] = [],
        headers: HTTPFields = [:],
        compression: WebSocketCompression = .on,
        maximumMessageSize: Int? = defaultMaximumMessageSize,
        pingInterval: Duration? = nil,
        timeouts: Timeouts = Timeouts(),
        client: HTTPClient = .shared
    ) async throws -> WebSocket {
        guard protocols.allSatisfy(WebSocketHandshake.isProtocol), Set(protocols).count == protocols.count else {
            throw WebSocketError.invalidProtocols(protocols)
        }
        var generator = SystemRandomNumberGenerator()
        let key = WebSocketHandshake.makeKey(using: &generator)
        let offer = PerMessageDeflate.offer(compression)
        var draft = try RequestDraft(.get, httpURL(url), core: client.core)
        var fields = headers
        for name in reservedFields { fields[name] = nil }
        fields.append(contentsOf: WebSocketHandshake.request(key: key, protocols: protocols, extensions: offer))
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-cache" }
        draft.replaceHeaders(with: fields, core: client.core)
        draft.redirectPolicy = RedirectPolicy(isEnabled: false, limit: 0)
        draft.needsTunnel = true
        draft.needsHTTP1 = true
        var run = RequestRun(draft, core: client.core)
        let response = try await run.run()
        guard response.status.code == 101 else {
            throw WebSocketError.notUpgraded(url: url, status: response.status)
        }
        let chosen: String?
        let deflate: PerMessageDeflate?
        do throws(WebSocketHandshakeError) {
            chosen = try WebSocketHandshake.check(response.headers, key: key, protocols: protocols)
            deflate = try PerMessageDeflate.agree(response.headers[values: .secWebSocketExtensions], compression)
        } catch {
            throw WebSocketError.handshake(error)
        }
        let settings = WebSocketConnection.Settings(
            role: .client,
            compression: compression,
            deflate: deflate,
            maximumMessageSize: maximumMessageSize,
            pingInterval: pingInterval,
            timeouts: timeouts
        )
        let extensions = response.headers[.secWebSocketExtensions] ?? ""
        return try await adopt(try response.detachSocket(), settings, protocol: chosen, extensions: extensions)
    }

    private static let reservedFields: [HTTPField.Name] = [
        .connection, .upgrade, .secWebSocketKey, .secWebSocketVersion, .secWebSocketProtocol, .secWebSocketExtensions,
    ]

    /// The URL to send the request to.
    private static func httpURL(_ text: String) throws -> String {
        guard let url = HTTPURL(text) else { throw HTTPClientError.invalidURL(text) }
        guard url.scheme == "ws" || url.scheme == "wss" else { throw WebSocketError.unsupportedScheme(url.scheme) }
        return "http" + url.description.dropFirst(2)
    }
}
