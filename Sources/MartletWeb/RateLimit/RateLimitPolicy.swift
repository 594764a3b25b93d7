import HTTPWire

/// A rate of requests: the size of a bucket of tokens, and how fast it is refilled.
public struct RateLimitPolicy: Sendable, Hashable {
    /// The name of the limit, of printable ASCII characters.
    public let name: String
    /// How many tokens are added in a ``period``.
    public let requests: Int
    /// The time in which so many tokens are added.
    public let period: Duration
    /// How many tokens a bucket holds.
    public let burst: Int
    /// The time in which one token is added, in nanoseconds.
    public let nanosecondsPerToken: Int64

    /// Creates a policy.
    ///
    /// - Parameters: as those of ``RateLimit/init(_:per:burst:name:store:by:)``.
    /// - Throws: ``MiddlewareError/invalidRate(_:)`` if a number is less than 1, if the name is empty or can't be sent,
    ///   if tokens come faster than one a nanosecond, or if an empty bucket is not full again within a hundred years.
    public init(name: String = "default", requests: Int, per period: Duration, burst: Int? = nil)
        throws(MiddlewareError)
    {
        let burst = burst ?? requests
        guard !name.isEmpty, name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .invalidRate("\(name.debugDescription) is not a name of printable ASCII characters")
        }
        guard requests > 0, burst > 0 else { throw .invalidRate("less than one request is never answered") }
        guard period > .zero, period <= Self.longest else { throw .invalidRate("\(period) is not a period") }
        let interval = (period / requests).nanoseconds
        guard interval > 0 else { throw .invalidRate("\(requests) requests in \(period) are too many") }
        let (size, overflows) = interval.multipliedReportingOverflow(by: Int64(burst))
        guard !overflows, size <= Self.longest.nanoseconds else {
            throw .invalidRate("\(burst) requests at once take more than a hundred years to be allowed again")
        }
        self.name = name
        self.requests = requests
        self.period = period
        self.burst = burst
        self.nanosecondsPerToken = interval
    }

    private static let longest = Duration.seconds(100 * 365 * 86_400)

    /// The item of `RateLimit-Policy`.
    var fieldValue: String { "\(quotedName);q=\(requests);w=\(period.wholeSeconds)" }

    /// The name as a string of structured fields (RFC 9651 section 3.3.3).
    var quotedName: String {
        guard name.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C }) else { return "\"\(name)\"" }
        return "\"" + name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}

extension Duration {
    /// The nanoseconds of a duration of at most 292 years.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    /// The seconds, rounded up.
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
