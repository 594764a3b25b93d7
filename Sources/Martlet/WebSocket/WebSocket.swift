import HTTPWire
import NIOCore
import Synchronization

/// A WebSocket: messages in both directions over one connection (RFC 6455).
///
/// ```swift
/// let socket = try await WebSocket.connect("ws://127.0.0.1:4040/ws")
/// try await socket.send("Hello")
/// for try await message in socket {
///     if case .text(let text) = message { print(text) }
/// }
/// ```
///
/// Pings are answered automatically. A WebSocket is closed with 1000 when the last reference to it is released.
public final class WebSocket: Sendable {
    /// A message.
    public enum Message: Sendable, Hashable {
        /// Text.
        case text(String)
        /// Bytes.
        case binary(ByteBuffer)
    }

    /// The state of a WebSocket.
    public enum ReadyState: Int, Sendable, Hashable {
        /// The WebSocket is being opened. The functions that open WebSockets return after this state.
        case connecting
        /// Messages can be sent and received.
        case open
        /// One of the two sides has begun the closing handshake.
        case closing
        /// The connection is closed.
        case closed
    }

    /// How long a WebSocket waits for its peer.
    public struct Timeouts: Sendable, Hashable {
        /// How long the closing handshake may take before the connection is aborted. 5 seconds by default.
        public var close: Duration = .seconds(5)
        /// How long the peer may fail to receive any pending bytes; nil for no limit. 30 seconds by default.
        public var send: Duration? = .seconds(30)

        /// Creates the default timeouts.
        public init() {}
    }

    /// The default maximum size of a message in bytes: 1 MiB.
    public static let defaultMaximumMessageSize = 1_048_576

    /// The negotiated subprotocol; nil for none.
    public let `protocol`: String?
    /// The negotiated extensions, in the form of `Sec-WebSocket-Extensions`; empty for none.
    public let extensions: String
    let connection: WebSocketConnection

    init(_ connection: WebSocketConnection, protocol: String?, extensions: String) {
        self.connection = connection
        self.protocol = `protocol`
        self.extensions = extensions
    }

    deinit {
        let connection = connection
        connection.eventLoop.execute { connection.close(WebSocketClose(.normalClosure)) }
    }

    /// Creates a WebSocket on a connection that has been upgraded by other means.
    ///
    /// - Parameters:
    ///   - socket: The connection, from which nothing has been read.
    ///   - role: The role of this side.
    ///   - protocol: The negotiated subprotocol. None by default.
    ///   - deflate: The negotiated parameters of compression. Nil, the default, means no compression.
    ///   - maximumMessageSize: The maximum size of a message in bytes; nil for no limit. 1 MiB by default.
    ///   - pingInterval: See ``pingInterval``. Nil by default.
    ///   - timeouts: How long to wait for the peer.
    public static func adopt(
        _ socket: DetachedSocket,
        role: WebSocketRole,
        protocol: String? = nil,
        deflate: PerMessageDeflate? = nil,
        maximumMessageSize: Int? = defaultMaximumMessageSize,
        pingInterval: Duration? = nil,
        timeouts: Timeouts = Timeouts()
    ) async throws -> WebSocket {
        let settings = WebSocketConnection.Settings(
            role: role,
            compression: .on,
            deflate: deflate,
            maximumMessageSize: maximumMessageSize,
            pingInterval: pingInterval,
            timeouts: timeouts
        )
        return try await adopt(
            socket,
            settings,
            protocol: `protocol`,
            extensions: deflate == nil ? "" : "permessage-deflate"
        )
    }

    static func adopt(
        _ socket: DetachedSocket,
        _ settings: WebSocketConnection.Settings,
        protocol: String?,
        extensions: String
    ) async throws -> WebSocket {
        guard let stream = socket.inbound.source as? BodyStream else { throw HTTPBodyError.alreadyRead }
        let connection = WebSocketConnection(socket.connection, settings)
        let socket = WebSocket(connection, protocol: `protocol`, extensions: extensions)
        try await connection.eventLoop.run {
            connection.connection.handOver(from: stream, to: connection)
            connection.watchSilence()
        }
        return socket
    }

    // MARK: State

    /// The state of the WebSocket.
    public var readyState: ReadyState { connection.status.withLock { $0.readyState } }

    /// Why the WebSocket was closed; nil while it is open. This is the peer's code, or 1005 if the peer sent none; the
    /// code that this side has sent if the peer violated the protocol or did not answer pings; or 1006 if the
    /// connection ended without a close frame.
    public var closeCode: WebSocketCloseCode? { connection.status.withLock { $0.closeCode } }

    /// The reason that came with ``closeCode``; nil while that is nil.
    public var closeReason: String? { connection.status.withLock { $0.closeReason } }

    /// The addresses of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { connection.connection.info }

    /// After how long a silence the peer is sent a ping. If it stays silent for as long again, the WebSocket is closed
    /// with 1001. Nil, the default, means no pings.
    public var pingInterval: Duration? {
        get { connection.status.withLock { $0.pingInterval } }
        set {
            connection.status.withLock { $0.pingInterval = newValue }
            let connection = connection
            connection.eventLoop.execute { connection.watchSilence() }
        }
    }
}
