import NIOCore

/// Detects a client that grants no room for a response, or hardly any. A plain value without a clock.
struct HTTP2Stall {
    /// How much must get through within the client's time: a client that grants a byte now and then is no better than
    /// one that grants nothing.
    private static let leastProgress = 4_096

    private var since: NIODeadline?
    private var sentSince = 0

    mutating func sent(_ count: Int) {
        sentSince += count
    }

    /// Whether content has waited for longer than `limit`.
    ///
    /// - Parameter isStuck: Whether there is content, and no room for it.
    mutating func hasLasted(now: NIODeadline, isStuck: Bool, _ limit: Duration?) -> Bool {
        guard isStuck, let limit else {
            since = nil
            return false
        }
        guard let since, sentSince < Self.leastProgress else {
            self.since = now
            sentSince = 0
            return false
        }
        return now - since > TimeAmount(limit)
    }
}
