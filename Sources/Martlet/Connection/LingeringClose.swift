import NIOCore

/// The orderly close of a connection: the last output is sent, then the sending half is closed, and what the peer still
/// sends is dropped until it closes its half too, or its time is up. A plain value without a clock.
///
/// Closing both halves while the peer still sends would make the system discard what the peer has not read
/// (RFC 9112 section 9.6).
struct LingeringClose {
    /// How long a peer that is still sending may take to read the last output.
    static let time = TimeAmount.seconds(5)
    /// The same for a peer that seems to send nothing, but may have sent something meanwhile.
    static let shortTime = TimeAmount.seconds(1)

    /// The side to close.
    enum Step {
        case output
        case connection
    }

    private enum State {
        /// The last bytes have not all been written to the channel.
        case flushing
        /// They are on their way from the channel to the socket.
        case sending
        case lingering(until: NIODeadline)
    }

    private var state = State.flushing
    private var time: TimeAmount

    /// - Parameter time: How long to wait for the peer's half; zero when nothing can get lost.
    init(lingeringFor time: TimeAmount) {
        self.time = time
    }

    /// Whether everything has been sent, and only the peer's half is left.
    var isLingering: Bool {
        if case .lingering = state { true } else { false }
    }

    /// The peer sent something, which is dropped.
    mutating func received() {
        time = Self.time
    }

    /// Everything has been written to the channel.
    ///
    /// - Returns: Whether the caller must find out when it has been sent: true the first time.
    mutating func flushed() -> Bool {
        guard case .flushing = state else { return false }
        state = .sending
        return true
    }

    /// The socket has accepted everything.
    mutating func sent(at now: NIODeadline, hasPeerClosed: Bool) -> Step {
        guard time > .zero, !hasPeerClosed else { return .connection }
        state = .lingering(until: now + time)
        return .output
    }

    /// Whether the peer has taken too long to close its half.
    func isOver(at now: NIODeadline) -> Bool {
        if case .lingering(let until) = state { now >= until } else { false }
    }
}
