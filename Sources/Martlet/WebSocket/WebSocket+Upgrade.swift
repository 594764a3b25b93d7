import HTTPTypes
import HTTPWire
import NIOCore

/// Accepts WebSockets as a server.
extension WebSocket {
    /// Chooses one of the subprotocols that a client offers in order of preference; nil for none.
    public typealias ProtocolSelector = @Sendable (_ offered: [String]) async throws -> String?

    /// Whether a request asks for a WebSocket. The rest of the request may still be invalid;
    /// ``upgrade(_:protocols:compression:maximumMessageSize:allowedOrigins:pingInterval:timeouts:)`` checks that.
    public static func isUpgradeRequest(_ request: HTTPServerRequest) -> Bool {
        isConnect(request) || WebSocketHandshake.isUpgrade(method: request.method, headers: request.headers)
    }

    /// Whether the request is for a WebSocket over HTTP/2 (RFC 8441 section 5).
    private static func isConnect(_ request: HTTPServerRequest) -> Bool {
        request.exchange.head.connectProtocol == "websocket"
    }

    /// Accepts a request for a WebSocket.
    ///
    /// ```swift
    /// try await server.serve { request in
    ///     let socket = try await WebSocket.upgrade(request)
    ///     for try await message in socket { try await socket.send(message) }
    /// }
    /// ```
    ///
    /// The response's own headers and cookies are sent, but not the server's default headers. The WebSocket is closed
    /// with 1001 when the server shuts down, and with 1011 if the handler throws an error.
    ///
    /// - Parameters:
    ///   - request: The request, whose response must not have begun.
    ///   - protocols: The subprotocols that the server supports. The first one of the client's that is among them is
    ///     chosen. None by default.
    ///   - compression: Whether messages are compressed if the client supports it. On by default.
    ///   - maximumMessageSize: The maximum size of a message from the client in bytes, after decompression; nil for no
    ///     limit, which is safe with ``receiveStream()`` only. A longer message closes the WebSocket with 1009. 1 MiB
    ///     by default.
    ///   - allowedOrigins: The origins of web pages to accept. Those of the same host by default.
    ///   - pingInterval: See ``pingInterval``. Nil by default.
    ///   - timeouts: How long to wait for the client.
    /// - Throws: ``HTTPError`` if the request can't be accepted: 426 for another version, 403 for another origin, 400
    ///   for everything else. A handler that rethrows it sends that response.
    public static func upgrade(
        _ request: HTTPServerRequest,
        protocols: [String] = [],
        compression: WebSocketCompression = .on,
        maximumMessageSize: Int? = defaultMaximumMessageSize,
        allowedOrigins: AllowedOrigins = .same,
        pingInterval: Duration? = nil,
        timeouts: Timeouts = Timeouts()
    ) async throws -> WebSocket {
        try await upgrade(
            request,
            compression: compression,
            maximumMessageSize: maximumMessageSize,
            allowedOrigins: allowedOrigins,
            pingInterval: pingInterval,
            timeouts: timeouts
        ) { offered in
            offered.first { protocols.contains($0) }
        }
    }

    /// Accepts a request for a WebSocket, with a function that chooses the subprotocol.
    ///
    /// - Parameter request: The request of the opening handshake.
    /// - Parameter compression: Whether messages are compressed if the client supports it. On by default.
    /// - Parameter maximumMessageSize: The maximum size of a message from the client in bytes; nil for no limit. 1 MiB by default.
    /// - Parameter allowedOrigins: The pages that may open a WebSocket. Those of the server's own origin by default.
    /// - Parameter pingInterval: How long a client may be silent before it is pinged. Nil by default.
    /// - Parameter timeouts: How long to wait for the client.
    /// - Parameter selectProtocol: Called if the client offers subprotocols. If it returns one that the client has not
    ///   offered, or throws, the response is 500.
    public static func upgrade(
        _ request: HTTPServerRequest,
        compression: WebSocketCompression = .on,
        maximumMessageSize: Int? = defaultMaximumMessageSize,
        allowedOrigins: AllowedOrigins = .same,
        pingInterval: Duration? = nil,
        timeouts: Timeouts = Timeouts(),
        selectProtocol: ProtocolSelector
    ) async throws -> WebSocket {
        let handshake = try check(request, allowedOrigins)
        let chosen = handshake.protocols.isEmpty ? nil : try await selectProtocol(handshake.protocols)
        if let chosen, !handshake.protocols.contains(chosen) { throw WebSocketError.invalidProtocols([chosen]) }
        let deflate = PerMessageDeflate.accept(handshake.extensions, compression)
        let response = request.response
        response.status = handshake.key == nil ? .ok : .switchingProtocols
        var headers = response.headers
        for field in request.exchange.settings.defaultHeaders where headers[field.name] == field.value {
            headers[field.name] = nil
        }
        let answer = WebSocketHandshake.answer(to: handshake, protocol: chosen, extensions: deflate?.answer)
        for field in answer { headers[field.name] = field.value }
        response.headers = headers
        let settings = WebSocketConnection.Settings(
            role: .server,
            compression: compression,
            deflate: deflate?.agreed,
            maximumMessageSize: maximumMessageSize,
            pingInterval: pingInterval,
            timeouts: timeouts
        )
        let socket = try await response.detachSocket()
        return try await adopt(socket, settings, protocol: chosen, extensions: deflate?.answer ?? "")
    }

    private static func check(
        _ request: HTTPServerRequest,
        _ allowedOrigins: AllowedOrigins
    ) throws -> WebSocketHandshake.Request {
        let handshake: WebSocketHandshake.Request
        let isConnect = isConnect(request)
        do throws(WebSocketHandshakeError) {
            handshake =
                isConnect
                ? try WebSocketHandshake.Request(connect: request.headers)
                : try WebSocketHandshake.Request(
                    method: request.method,
                    version: request.version,
                    headers: request.headers
                )
        } catch {
            throw HTTPError(error.status, error.description, headers: error.headers)
        }
        // Over HTTP/2 the frames are sent as content.
        guard isConnect || request.contentLength == 0 else {
            throw HTTPError(.badRequest, "A request for a WebSocket must not have content.")
        }
        guard request.hasAllowedOrigin({ allowedOrigins.allow($0, toSend: request) }) else {
            throw HTTPError(.forbidden, "WebSockets from pages of this origin are not allowed.")
        }
        return handshake
    }
}
