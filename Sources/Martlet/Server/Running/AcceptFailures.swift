import NIOCore

/// Counts the connections that could not be accepted or did not begin as they have to, and decides when to report them: at once, and then at most once a
/// second. A plain value without a clock.
struct AcceptFailures {
    private static let interval = TimeAmount.seconds(1)

    private var reported: NIODeadline?
    private var count = 0

    /// Counts a failure.
    ///
    /// - Returns: How many there were since the last report, if it is time for another one.
    mutating func failed(at now: NIODeadline) -> Int? {
        count += 1
        if let reported, now - reported < Self.interval { return nil }
        defer { count = 0 }
        reported = now
        return count
    }
}
