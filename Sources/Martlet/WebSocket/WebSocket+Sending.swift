import HTTPWire
import NIOCore

/// Sending. Each function returns when the peer has taken enough of what was sent before; it throws
/// ``WebSocketError/closed(_:)`` once one of the two sides has closed.
extension WebSocket {
    /// Sends a text.
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

    /// Sends a message.
    public func send(_ message: Message) async throws {
        try await connection.send(message)
    }

    /// Sends one message of bytes, piece by piece as `source` brings them, so that it need not fit into memory. Other
    /// messages wait for its end. When `source` fails, the WebSocket is closed with 1011.
    public func send<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == ByteBuffer {
        try await connection.send(fragments: source, of: .binary) { $0 }
    }

    /// Sends one message of text, piece by piece as `source` brings them.
    public func send<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == String {
        try await connection.send(fragments: source, of: .text) { ByteBuffer(string: $0) }
    }

    /// Sends a ping and waits for its pong.
    ///
    /// - Returns: how long that took.
    /// - Throws: ``WebSocketError/closed(_:)`` when the WebSocket is closed first, `CancellationError` when the task is
    ///   cancelled first.
    @discardableResult
    public func ping() async throws -> Duration {
        let connection = connection
        let start = ContinuousClock.now
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
        return ContinuousClock.now - start
    }

    /// Says goodbye, and returns when the connection is closed: when the peer has said so too, or after the time that
    /// the closing handshake may take. Closing twice is fine. What the peer still sends is dropped.
    public func close() async {
        await close(WebSocketClose(.normalClosure))
    }

    /// Says goodbye for a reason. See ``close()``.
    ///
    /// - Parameters:
    ///   - code: 1000 to 1003, 1007 to 1014, or 3000 to 4999; nil sends none.
    ///   - reason: An explanation; what exceeds 123 bytes of UTF-8 is cut off.
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
