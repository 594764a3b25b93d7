/// A place for the buckets of a ``RateLimit``. One that several machines can reach makes them share a limit.
public protocol RateLimitStore: Sendable {
    /// Takes a token out of a bucket, in one operation whatever concurrent requests do to the same bucket. A bucket is
    /// full when it is first named.
    ///
    /// A store that can't reach its database decides by itself, for example with a ``MemoryRateLimitStore``: an error
    /// would answer requests that are within their limit.
    ///
    /// - Parameters:
    ///   - key: The name of the bucket within the limit. It may be long, and come from a client.
    ///   - policy: The limit. Limits of different names have different buckets.
    func take(from key: String, _ policy: RateLimitPolicy) async -> RateLimitDecision
}
