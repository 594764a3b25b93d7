import Martlet
import NIOCore
import Synchronization

/// Keeps the buckets of rate limits in the memory of this process.
///
/// Full buckets take no memory. Every operation takes time that is logarithmic in the number of the others.
public final class MemoryRateLimitStore: RateLimitStore {
    private let buckets: Mutex<TokenBuckets>

    /// Creates a store.
    ///
    /// - Parameter maximumCount: How many buckets are kept that are not full; the one that would be full first makes
    ///   room for another, so that a client at its limit gains nothing from many addresses. 100,000 by default.
    public init(maximumCount: Int = 100_000) {
        buckets = Mutex(TokenBuckets(maximumCount: maximumCount))
    }

    /// The number of buckets that are kept.
    public var count: Int { buckets.withLock { $0.count } }

    /// Takes a token out of a bucket.
    public func take(from key: String, _ policy: RateLimitPolicy) async -> RateLimitDecision {
        take(from: key, policy, at: NIODeadline.now())
    }

    /// Takes a token out of a bucket at a time, which is never before that of another call.
    func take(from key: String, _ policy: RateLimitPolicy, at time: NIODeadline) -> RateLimitDecision {
        let now = Int64(clamping: time.uptimeNanoseconds)
        return buckets.withLock { $0.take(from: TokenBuckets.Key(policy.name, key), policy, now: now) }
    }
}
