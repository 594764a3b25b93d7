import NIOCore

/// Notices that a peer is silent: after a while it is pinged, and given up if it does not answer. Whatever it sends
/// counts as an answer. A plain value without a clock: late checks do no harm.
struct SilenceWatch {
    /// The next step.
    enum Step: Equatable {
        /// Do nothing before that time.
        case wait(until: NIODeadline)
        /// Ping the peer, and then check again.
        case ping
        /// The peer has not answered.
        case giveUp(after: TimeAmount)
    }

    /// How long the peer may be silent.
    private let interval: TimeAmount
    /// How long an answer may take.
    private let timeout: TimeAmount
    private var lastArrival: NIODeadline
    /// When the peer was pinged, if nothing has arrived since.
    private var asked: NIODeadline?

    init(interval: TimeAmount, timeout: TimeAmount, now: NIODeadline) {
        self.interval = interval
        self.timeout = timeout
        self.lastArrival = now
    }

    /// The peer sent something.
    mutating func received(at now: NIODeadline) {
        lastArrival = now
        asked = nil
    }

    mutating func check(at now: NIODeadline) -> Step {
        if let asked {
            let due = asked + timeout
            return now < due ? .wait(until: due) : .giveUp(after: now - lastArrival)
        }
        let due = lastArrival + interval
        guard now >= due else { return .wait(until: due) }
        asked = now
        return .ping
    }
}
