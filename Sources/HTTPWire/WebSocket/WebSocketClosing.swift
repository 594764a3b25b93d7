/// The closing handshake of a WebSocket as a state machine (RFC 6455 section 7).
public struct WebSocketClosing: Sendable {
    /// The progress of the closing handshake.
    public enum State: Sendable, Hashable {
        /// Messages can be sent and received.
        case open
        /// This side has sent a close frame and waits for the peer's.
        case awaitsPeer
        /// The handshake is complete; the connection is about to be closed.
        case finished
        /// The connection is closed.
        case closed
    }

    /// The next step for the caller.
    public enum Action: Sendable, Hashable {
        /// Nothing.
        case none
        /// Send a close frame, and wait for the peer's until the timeout.
        case send(WebSocketClose)
        /// Send a close frame, then close the connection.
        case sendAndDisconnect(WebSocketClose)
        /// Send a close frame, and wait for the peer to close the connection until the timeout.
        case sendAndAwaitDisconnect(WebSocketClose)
        /// Close the connection.
        case disconnect
        /// Wait for the peer to close the connection until the timeout.
        case awaitDisconnect
    }

    private let role: WebSocketRole
    /// The progress of the closing handshake.
    public private(set) var state = State.open
    /// Why the WebSocket was closed: the code of the peer's close frame, 1005 for a frame without a code, the code that
    /// was sent to a peer that violated the protocol, or 1006 if the connection ended without a close frame. Nil until
    /// then.
    public private(set) var code: WebSocketCloseCode?
    /// The reason that came with ``code``.
    public private(set) var reason: String?

    /// Creates the state of an open WebSocket.
    public init(role: WebSocketRole) {
        self.role = role
    }

    /// This side closes the WebSocket. The peer's close frame determines ``code``.
    public mutating func close(_ close: WebSocketClose) -> Action {
        guard state == .open else { return .none }
        state = .awaitsPeer
        return .send(close)
    }

    /// The peer's close frame has arrived.
    public mutating func received(_ close: WebSocketClose) -> Action {
        let before = state
        guard before == .open || before == .awaitsPeer else { return .none }
        state = .finished
        code = close.code ?? .noStatusReceived
        reason = close.reason
        // The server closes the connection first (section 7.1.1).
        switch (before, role) {
        case (.open, .server): return .sendAndDisconnect(WebSocketClose(close.code))
        case (.open, .client): return .sendAndAwaitDisconnect(WebSocketClose(close.code))
        case (_, .server): return .disconnect
        case (_, .client): return .awaitDisconnect
        }
    }

    /// The peer has violated the protocol or has not answered: anything else that it sends is ignored (section 7.1.7).
    public mutating func fail(_ close: WebSocketClose) -> Action {
        let before = state
        guard before == .open || before == .awaitsPeer else { return .none }
        state = .finished
        code = close.code
        reason = close.reason
        return before == .open ? .sendAndAwaitDisconnect(close) : .disconnect
    }

    /// The connection is closed.
    public mutating func disconnected() {
        state = .closed
        guard code == nil else { return }
        code = .abnormalClosure
        reason = ""
    }
}
