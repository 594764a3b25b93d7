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

/// The messages of the peer, in order. The sequence ends when the WebSocket is closed, for whatever reason: see
/// ``WebSocket/closeCode``.
extension WebSocket: AsyncSequence {
    /// Iterates over the messages.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: WebSocket

        /// The next message; nil if the WebSocket is closed.
        ///
        /// - Throws: ``WebSocketError/alreadyReading``, or `CancellationError` if the task is cancelled while it waits.
        public mutating func next() async throws -> Message? {
            try await socket.receive()
        }
    }

    /// Starts reading at the first unread message.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(socket: self)
    }

    /// The next message; nil if the WebSocket is closed.
    ///
    /// - Throws: ``WebSocketError/alreadyReading``, or `CancellationError` if the task is cancelled while it waits. No
    ///   message is lost then.
    public func receive() async throws -> Message? {
        guard let (kind, bytes) = try await connection.inbox.next(for: connection) else { return nil }
        return switch kind {
        case .text: .text(String(buffer: bytes))
        case .binary: .binary(bytes)
        }
    }

    /// The next message as a stream, for messages that are too large to be held in memory; nil if the WebSocket is
    /// closed. The unread rest of the previous message is dropped.
    public func receiveStream() async throws -> MessageStream? {
        guard let (kind, number) = try await connection.inbox.nextStream(for: connection) else { return nil }
        return MessageStream(kind: kind, socket: self, number: number)
    }

    /// A message that is read as it arrives.
    public struct MessageStream: AsyncSequence, Sendable {
        /// Whether the message is text or binary.
        public let kind: WebSocketMessageKind
        let socket: WebSocket
        let number: Int

        /// Iterates over the parts of the message.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let stream: MessageStream

            /// The next run of bytes, which in a text message can end inside a character; nil at the end of the
            /// message.
            ///
            /// - Throws: ``WebSocketError/closed(_:)`` if the connection ends before the message does.
            public mutating func next() async throws -> ByteBuffer? {
                let connection = stream.socket.connection
                do {
                    return try await connection.inbox.nextPart(of: stream.number, for: connection)
                } catch WebSocketError.closed {
                    throw WebSocketError.closed(stream.socket.closeCode)
                }
            }
        }

        /// Continues at the first unread part.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(stream: self)
        }
    }
}

/// Sends messages. Each function returns once the peer has received enough of what was sent before, and throws
/// ``WebSocketError/closed(_:)`` if either side has closed.
extension WebSocket {
    /// Sends a text message.
    public func send(_ text: String) async throws {
        try await connection.send(.text(text))
    }

    /// Sends bytes.
    public func send(_ bytes: ByteBuffer) async throws {
        try await connection.send(.binary(bytes))
    }

    /// Sends bytes.
    public func send(bytes: some Sequence<UInt8>) async throws {
        try await connection.send(.binary(ByteBuffer(bytes: bytes)))
    }

    /// Sends a text or binary message.
    public func send(_ message: Message) async throws {
        try await connection.send(message)
    }

    /// Sends the bytes that `source` produces as one binary message, fragment by fragment, so that it need not fit into
    /// memory. Other messages wait for its end. If `source` throws, the WebSocket is closed with 1011.
    public func send<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == ByteBuffer {
        try await connection.send(fragments: source, of: .binary) { $0 }
    }

    /// Sends the strings that `source` produces as one text message, fragment by fragment.
    public func send<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == String {
        try await connection.send(fragments: source, of: .text) { ByteBuffer(string: $0) }
    }

    /// Sends a ping and waits for its pong.
    ///
    /// - Returns: The time until the pong arrived.
    /// - Throws: ``WebSocketError/closed(_:)`` if the WebSocket is closed first, `CancellationError` if the task is
    ///   cancelled first.
    @discardableResult
    public func ping() async throws -> Duration {
        let connection = connection
        let start = connection.clock.now
        let number = try await connection.eventLoop.run {
            guard connection.closing.state == .open else { throw WebSocketError.closed(connection.closing.code) }
            return connection.sendPing()
        }
        try await connection.changes.wait {
            connection.isAnswered(number) || connection.closing.state == .finished
                || connection.closing.state == .closed
        }
        guard try await connection.eventLoop.run({ connection.isAnswered(number) }) else {
            throw WebSocketError.closed(closeCode)
        }
        return Duration(connection.clock.now - start)
    }

    /// Closes the WebSocket, and returns when the connection is closed: when the closing handshake is complete, or
    /// after the time that it may take. Further messages of the peer are dropped. Closing twice has no effect.
    public func close() async {
        await close(WebSocketClose(.normalClosure))
    }

    /// Closes the WebSocket with a code and a reason. See ``close()``.
    ///
    /// - Parameters:
    ///   - code: 1000 to 1003, 1007 to 1014, or 3000 to 4999; nil sends no code.
    ///   - reason: An explanation, truncated to 123 bytes of UTF-8.
    /// - Throws: ``WebSocketError/reservedCloseCode(_:)``.
    public func close(code: WebSocketCloseCode?, reason: String = "") async throws {
        if let code, !code.canBeSent { throw WebSocketError.reservedCloseCode(code) }
        await close(WebSocketClose(code, reason: reason))
    }

    private func close(_ close: WebSocketClose) async {
        let connection = connection
        try? await connection.eventLoop.run { connection.close(close) }
        try? await connection.changes.wait { connection.closing.state == .closed }
    }
}
