/// How a WebSocket ends (RFC 6455 section 7): the closing handshake as a state machine.
public struct WebSocketClosing: Sendable {
    /// How far the end is.
    public enum State: Sendable, Hashable {
        /// Messages go both ways.
        case open
        /// This side has said goodbye and waits for the peer to do so.
        case awaitsPeer
        /// Everything has been said; the connection is about to be closed.
        case finished
        /// The connection is closed.
        case closed
    }

    /// What to do next.
    public enum Action: Sendable, Hashable {
        /// Nothing.
        case none
        /// Send a close frame, and wait for the peer's as long as that may take.
        case send(WebSocketClose)
        /// Send a close frame, then close the connection.
        case sendAndDisconnect(WebSocketClose)
        /// Send a close frame, and wait for the peer to close the connection as long as that may take.
        case sendAndAwaitDisconnect(WebSocketClose)
        /// Close the connection.
        case disconnect
        /// Wait for the peer to close the connection as long as that may take.
        case awaitDisconnect
    }

    private let role: WebSocketRole
    /// How far the end is.
    public private(set) var state = State.open
    /// Why it has ended: the code of the peer's close frame, 1005 for one without, the code that was sent for a peer
    /// that broke the rules, and 1006 when the connection ended without a close frame. Nil before.
    public private(set) var code: WebSocketCloseCode?
    /// The explanation that belongs to ``code``.
    public private(set) var reason: String?

    /// An open WebSocket.
    public init(role: WebSocketRole) {
        self.role = role
    }

    /// This side wants to end. The peer's answer decides on the ``code``.
    public mutating func close(_ close: WebSocketClose) -> Action {
        guard state == .open else { return .none }
        state = .awaitsPeer
        return .send(close)
    }

    /// The peer's close frame has come.
    public mutating func received(_ close: WebSocketClose) -> Action {
        let before = state
        guard before == .open || before == .awaitsPeer else { return .none }
        state = .finished
        code = close.code ?? .noStatusReceived
        reason = close.reason
        // The server is the one to close the connection, so that its port is free at once (section 7.1.1).
        switch (before, role) {
        case (.open, .server): return .sendAndDisconnect(WebSocketClose(close.code))
        case (.open, .client): return .sendAndAwaitDisconnect(WebSocketClose(close.code))
        case (_, .server): return .disconnect
        case (_, .client): return .awaitDisconnect
        }
    }

    /// The peer has broken a rule, or has not answered: whatever else it sends has no meaning (section 7.1.7).
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
