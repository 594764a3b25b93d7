import HTTPWire
import NIOCore
import Synchronization

/// A conversation of messages in both directions over one connection (RFC 6455).
///
/// ```swift
/// let socket = try await WebSocket.connect("ws://127.0.0.1:4040/ws")
/// try await socket.send("Hello")
/// for try await message in socket {
///     if case .text(let text) = message { print(text) }
/// }
/// ```
///
/// Pings are answered by themselves. A WebSocket that nobody holds any more is closed with 1000.
public final class WebSocket: Sendable {
    /// What is sent and received.
    public enum Message: Sendable, Hashable {
        /// Text.
        case text(String)
        /// Bytes.
        case binary(ByteBuffer)
    }

    /// How far a WebSocket is.
    public enum ReadyState: Int, Sendable, Hashable {
        /// It is being opened. One that has been returned is not in this state any more.
        case connecting
        /// Messages go both ways.
        case open
        /// One of the two sides has said goodbye.
        case closing
        /// The connection is closed.
        case closed
    }

    /// How long a WebSocket waits for its peer.
    public struct Timeouts: Sendable, Hashable {
        /// How long the closing handshake may take before the connection is torn down. 5 seconds by default.
        public var close: Duration = .seconds(5)
        /// How long the peer may take nothing of what waits for it; nil for ever. 30 seconds by default.
        public var send: Duration? = .seconds(30)

        /// The defaults.
        public init() {}
    }

    /// How many bytes a message may have unless something else is said: 1 MiB.
    public static let defaultMaximumMessageSize = 1_048_576

    /// The subprotocol that the two sides have agreed on; nil for none.
    public let `protocol`: String?
    /// The extensions that the two sides have agreed on, as `Sec-WebSocket-Extensions` has them; empty for none.
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

    /// A WebSocket on a connection that has been upgraded by other means.
    ///
    /// - Parameters:
    ///   - socket: The connection, of which nothing has been read.
    ///   - role: Which side this is.
    ///   - protocol: The subprotocol agreed on. None by default.
    ///   - deflate: What was agreed on compression. Nil, the default, for none.
    ///   - maximumMessageSize: How many bytes a message may have; nil for any number. 1 MiB by default.
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

    /// How far the WebSocket is.
    public var readyState: ReadyState { connection.status.withLock { $0.readyState } }

    /// Why it was closed; nil as long as it is not. That is the peer's code, 1005 if it gave none; the code this side
    /// has sent when the peer broke a rule or did not answer pings; 1006 when the connection ended without a word.
    public var closeCode: WebSocketCloseCode? { connection.status.withLock { $0.closeCode } }

    /// The explanation that belongs to ``closeCode``; nil as long as that is.
    public var closeReason: String? { connection.status.withLock { $0.closeReason } }

    /// The two ends of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { connection.connection.info }

    /// After how long a silence the peer is sent a ping; one that says nothing for as long again is closed with 1001.
    /// Nil, the default, never asks.
    public var pingInterval: Duration? {
        get { connection.status.withLock { $0.pingInterval } }
        set {
            connection.status.withLock { $0.pingInterval = newValue }
            let connection = connection
            connection.eventLoop.execute { connection.watchSilence() }
        }
    }
}
