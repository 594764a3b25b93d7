import NIOCore

/// Notices that a peer is silent: after a while it is asked for a sign of life, and without one given up. Whatever it
/// sends is one. A plain value without a clock: it doesn't matter how late it is asked.
struct SilenceWatch {
    /// What is to be done.
    enum Step: Equatable {
        /// Nothing before that time.
        case wait(until: NIODeadline)
        /// Ask the peer, and then here again.
        case ping
        /// The peer has not answered.
        case giveUp(after: TimeAmount)
    }

    /// How long a silence may be.
    private let interval: TimeAmount
    /// How long an answer may take.
    private let timeout: TimeAmount
    private var lastArrival: NIODeadline
    /// When the peer was asked, while nothing has come since.
    private var asked: NIODeadline?

    init(interval: TimeAmount, timeout: TimeAmount, now: NIODeadline) {
        self.interval = interval
        self.timeout = timeout
        self.lastArrival = now
    }

    /// The peer has sent something.
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
