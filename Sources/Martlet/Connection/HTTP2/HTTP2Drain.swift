import NIOCore

/// How a server handles the rest of a request that it has already answered (RFC 9113 section 8.1): it accepts and drops
/// some of it before it resets the stream, so that the client gets to see the answer. Clients such as curl 7.88 take a
/// reset that comes together with the answer for a failure. A plain value without a clock.
///
/// It is to a stream what ``LingeringClose`` is to a connection, with the same times.
struct HTTP2Drain {
    /// How many more bytes the client may send.
    private var allowance: Int
    /// When the client's time is up; nil while the response is being sent.
    private var end: NIODeadline?

    /// - Parameter allowance: How many bytes to drop, besides those that the client has been granted already.
    init(upTo allowance: Int) {
        self.allowance = allowance
    }

    /// Whether the client may send more than it has been granted.
    var grantsMore: Bool { allowance > 0 }

    /// Bytes have arrived, which are dropped.
    mutating func received(_ count: Int, at now: NIODeadline) {
        guard allowance > 0 else { return }
        allowance -= count
        // It can't send much more; it only needs time to see the answer.
        if allowance <= 0, end != nil { hurry(at: now) }
    }

    /// The end of the response has been sent.
    mutating func answered(at now: NIODeadline) {
        end = now + (allowance > 0 ? LingeringClose.time : LingeringClose.shortTime)
    }

    /// The connection is about to close.
    mutating func hurry(at now: NIODeadline) {
        let soon = now + LingeringClose.shortTime
        end = end.map { min($0, soon) }
    }

    /// Whether the client's time is up.
    func isOver(at now: NIODeadline) -> Bool {
        end.map { now >= $0 } ?? false
    }
}
