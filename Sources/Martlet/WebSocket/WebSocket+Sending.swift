import HTTPWire
import NIOCore

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
