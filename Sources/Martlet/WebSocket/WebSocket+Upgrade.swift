import Crypto
import HTTPTypes
import HTTPWire
import NIOCore

/// The server's side.
extension WebSocket {
    /// Chooses one of the subprotocols that a client offers, the one it likes best first; nil for none.
    public typealias ProtocolSelector = @Sendable (_ offered: [String]) async throws -> String?

    /// Whether a request asks for a WebSocket. What it asks for may still be wrong, which
    /// ``upgrade(_:protocols:compression:maximumMessageSize:allowedOrigins:pingInterval:timeouts:)`` finds out.
    public static func isUpgradeRequest(_ request: HTTPServerRequest) -> Bool {
        isConnect(request) || WebSocketHandshake.isUpgrade(method: request.method, headers: request.headers)
    }

    /// Whether a WebSocket is asked for over HTTP/2 (RFC 8441 section 5).
    private static func isConnect(_ request: HTTPServerRequest) -> Bool {
        request.exchange.head.connectProtocol == "websocket"
    }

    /// Answers a request by opening the WebSocket it asks for.
    ///
    /// ```swift
    /// try await server.serve { request in
    ///     let socket = try await WebSocket.upgrade(request)
    ///     for try await message in socket { try await socket.send(message) }
    /// }
    /// ```
    ///
    /// Headers and cookies that the response has are sent with it, the server's default headers are not. When the server
    /// shuts down, the peer is told so (1001); when the handler throws an error, too (1011).
    ///
    /// - Parameters:
    ///   - request: The request, of which the response must not have begun.
    ///   - protocols: The subprotocols that the server speaks. The first of the client's that is among them is chosen.
    ///     None by default.
    ///   - compression: Whether messages are compressed if the client can do it too. On by default.
    ///   - maximumMessageSize: How many bytes a message of the client's may have, decompressed; nil for any number, which is
    ///     safe with ``receiveStream()`` only. A longer one closes the WebSocket with 1009. 1 MiB by default.
    ///   - allowedOrigins: The web pages to accept. Those of the same host by default.
    ///   - pingInterval: See ``pingInterval``. Nil by default.
    ///   - timeouts: How long to wait for the client.
    /// - Throws: ``HTTPError`` when the request can't be answered in this way: 426 for another version, 403 for another
    ///   origin, 400 for everything else. A handler that lets it pass answers so.
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

    /// Answers a request by opening the WebSocket it asks for, with a subprotocol that a function chooses.
    ///
    /// - Parameter selectProtocol: Is asked when the client offers subprotocols. One that the client has not offered is
    ///   answered with 500, and so is an error that it throws.
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
        let answer = WebSocketHandshake.answer(
            to: handshake,
            protocol: chosen,
            extensions: deflate?.answer,
            sha1: sha1
        )
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
        // Over HTTP/2 the messages are the content.
        guard isConnect || request.contentLength == 0 else {
            throw HTTPError(.badRequest, "A request for a WebSocket has no content.")
        }
        guard request.hasAllowedOrigin({ allowedOrigins.allow($0, toSend: request) }) else {
            throw HTTPError(.forbidden, "WebSockets are not open to pages of this origin.")
        }
        return handshake
    }

    /// The hash of the opening handshake, which proves nothing but that the peer knows the protocol.
    static func sha1(_ text: String) -> [UInt8] {
        Array(Insecure.SHA1.hash(data: Array(text.utf8)))
    }
}
