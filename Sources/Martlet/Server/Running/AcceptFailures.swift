import NIOCore

/// Counts the connections that could not be accepted, and says when to report them: at once, and then once a second at
/// most, however many there are. A plain value without a clock.
struct AcceptFailures {
    private static let interval = TimeAmount.seconds(1)

    private var reported: NIODeadline?
    private var count = 0

    /// Accepting has failed.
    ///
    /// - Returns: How often it has since the last report, if it is time for another.
    mutating func failed(at now: NIODeadline) -> Int? {
        count += 1
        if let reported, now - reported < Self.interval { return nil }
        defer { count = 0 }
        reported = now
        return count
    }
}
