import NIOCore

/// What a server does about the rest of a request that it has answered already (RFC 9113 section 8.1): it takes and
/// drops some of it, so that a client that has not seen the answer yet gets to see it, before it resets the stream.
/// Clients such as curl 7.88 take a reset that comes together with the answer for a failure of the whole. A plain value
/// without a clock.
///
/// What a ``LingeringClose`` is to a connection this is to a stream, with the same times.
struct HTTP2Drain {
    /// How many more bytes the client is let send.
    private var allowance: Int
    /// How long the client has; nil as long as the response is on its way.
    private var end: NIODeadline?

    /// - Parameter allowance: How many bytes are dropped; those that the client has been granted already come on top.
    init(upTo allowance: Int) {
        self.allowance = allowance
    }

    /// Whether the client may send more than it has been granted.
    var grantsMore: Bool { allowance > 0 }

    /// Bytes have come, which are dropped.
    mutating func received(_ count: Int, at now: NIODeadline) {
        guard allowance > 0 else { return }
        allowance -= count
        // It can't send much more, so all that is waited for is that it sees the answer.
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

    /// Whether the client has had its time.
    func isOver(at now: NIODeadline) -> Bool {
        end.map { now >= $0 } ?? false
    }
}
