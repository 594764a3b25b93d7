import NIOCore

/// The record of a server's connection, in any version of HTTP. A plain value without a channel or a
/// clock.
struct ServerConnectionState {
    enum Phase {
        /// Requests are read and answered.
        case open
        /// The socket was detached, and the bytes are the receiver's.
        case detached(any DetachedReceiver)
        /// The last response is on its way to the client.
        case closing(LingeringClose)
        case closed
    }

    private(set) var phase = Phase.open
    /// How the connection is counted; nil while it is not.
    private(set) var counted: ConnectionGauge.State?
    /// The times of its requests.
    var timing: ConnectionTiming

    init(openedAt now: NIODeadline) {
        self.timing = ConnectionTiming(openedAt: now)
    }

    // Inlined, so that a connection asks without a copy of the whole state.

    /// Whether requests are read and answered.
    @inline(__always)
    var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    @inline(__always)
    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// The receiver of a detached socket.
    @inline(__always)
    var receiver: (any DetachedReceiver)? {
        if case .detached(let receiver) = phase { receiver } else { nil }
    }

    /// The connection is counted as `state` from now on.
    ///
    /// - Returns: Whether that is a change.
    mutating func count(as state: ConnectionGauge.State?) -> Bool {
        guard counted != state else { return false }
        counted = state
        return true
    }

    // MARK: Another protocol

    /// The bytes are the receiver's from now on.
    mutating func detach(to receiver: any DetachedReceiver) {
        phase = .detached(receiver)
    }

    /// They are another receiver's; ignored when the connection has ended meanwhile.
    mutating func moveReceiver(to receiver: any DetachedReceiver) {
        if case .detached = phase { phase = .detached(receiver) }
    }

    // MARK: The end

    /// The last output has been put together.
    ///
    /// - Parameter time: How long to wait for the client's half; zero when nothing can get lost.
    mutating func beginClosing(lingeringFor time: TimeAmount) {
        phase = .closing(LingeringClose(lingeringFor: time))
    }

    /// The client sent something that is dropped.
    mutating func receivedWhileClosing() {
        guard case .closing(var closing) = phase else { return }
        closing.received()
        phase = .closing(closing)
    }

    /// Everything has been written to the channel.
    ///
    /// - Returns: Whether the caller must find out when it has been sent: true the first time while closing.
    mutating func flushed() -> Bool {
        guard case .closing(var closing) = phase, closing.flushed() else { return false }
        phase = .closing(closing)
        return true
    }

    /// The socket has accepted everything.
    ///
    /// - Returns: What is to be closed; nil when the connection is not being closed.
    mutating func sent(at now: NIODeadline, hasPeerClosed: Bool) -> LingeringClose.Step? {
        guard case .closing(var closing) = phase else { return nil }
        defer { phase = .closing(closing) }
        return closing.sent(at: now, hasPeerClosed: hasPeerClosed)
    }

    /// Whether everything has been sent, and only the client's half is left.
    @inline(__always)
    var isLingering: Bool {
        if case .closing(let closing) = phase { closing.isLingering } else { false }
    }

    /// Whether the client has taken too long to close its half.
    func isLingeringOver(at now: NIODeadline) -> Bool {
        if case .closing(let closing) = phase { closing.isOver(at: now) } else { false }
    }

    /// The channel is closed, or another connection's.
    mutating func close() {
        phase = .closed
    }
}
