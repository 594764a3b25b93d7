import HTTPWire
import NIOCore

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
