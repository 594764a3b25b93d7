/// Whether a request is within its limit, and how much is left of that.
public struct RateLimitDecision: Sendable, Hashable {
    /// Whether there was a token for the request.
    public var isAllowed: Bool
    /// How many tokens are left.
    public var remaining: Int
    /// The time until the next request is allowed, in nanoseconds; 0 if that is now.
    public var nanosecondsUntilNext: Int64
    /// The time until the bucket is full again, in nanoseconds.
    public var nanosecondsUntilFull: Int64

    /// Creates a decision.
    public init(isAllowed: Bool, remaining: Int, nanosecondsUntilNext: Int64, nanosecondsUntilFull: Int64) {
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.nanosecondsUntilNext = nanosecondsUntilNext
        self.nanosecondsUntilFull = nanosecondsUntilFull
    }

    /// The seconds until the next request is allowed, rounded up: a client that waits so long is not too early.
    var secondsUntilNext: Int64 { Self.seconds(nanosecondsUntilNext) }

    /// The item of `RateLimit` that goes with that of the policy.
    func fieldValue(_ policy: RateLimitPolicy) -> String {
        "\(policy.quotedName);r=\(remaining);t=\(Self.seconds(remaining == 0 ? nanosecondsUntilNext : nanosecondsUntilFull))"
    }

    private static func seconds(_ nanoseconds: Int64) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds + (rest > 0 ? 1 : 0)
    }
}
