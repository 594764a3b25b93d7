import HTTPWire
import NIOCore

/// The messages of the peer, in order. The sequence ends when the WebSocket is closed, in whatever way:
/// ``WebSocket/closeCode`` tells.
extension WebSocket: AsyncSequence {
    /// Reads message after message.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: WebSocket

        /// The next message; nil when the WebSocket is closed.
        ///
        /// - Throws: ``WebSocketError/alreadyReading``, or `CancellationError` when the task is cancelled while it waits.
        public mutating func next() async throws -> Message? {
            try await socket.receive()
        }
    }

    /// Begins to read, with the first message that nobody has read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(socket: self)
    }

    /// The next message; nil when the WebSocket is closed.
    ///
    /// - Throws: ``WebSocketError/alreadyReading``, or `CancellationError` when the task is cancelled while it waits, which
    ///   loses nothing.
    public func receive() async throws -> Message? {
        guard let (kind, bytes) = try await connection.inbox.next(for: connection) else { return nil }
        return switch kind {
        case .text: .text(String(buffer: bytes))
        case .binary: .binary(bytes)
        }
    }

    /// The next message as a stream, for messages that are not to be held in memory as a whole; nil when the WebSocket is
    /// closed. What is left unread of the message before is dropped.
    public func receiveStream() async throws -> MessageStream? {
        guard let (kind, number) = try await connection.inbox.nextStream(for: connection) else { return nil }
        return MessageStream(kind: kind, socket: self, number: number)
    }

    /// A message that is read as it arrives.
    public struct MessageStream: AsyncSequence, Sendable {
        /// What the message is made of.
        public let kind: WebSocketMessageKind
        let socket: WebSocket
        let number: Int

        /// Reads run after run.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let stream: MessageStream

            /// The next run of bytes, which for a text can end inside a character; nil at the message's end.
            ///
            /// - Throws: ``WebSocketError/closed(_:)`` when the connection ends before the message does.
            public mutating func next() async throws -> ByteBuffer? {
                let connection = stream.socket.connection
                do {
                    return try await connection.inbox.nextPart(of: stream.number, for: connection)
                } catch WebSocketError.closed {
                    throw WebSocketError.closed(stream.socket.closeCode)
                }
            }
        }

        /// Goes on where the message has been read to.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(stream: self)
        }
    }
}
