import Martlet

/// Buckets of tokens by key. A plain value without a clock: the current time, in nanoseconds, is an argument.
///
/// A bucket is nothing but the time at which it will be full again (the generic cell rate algorithm): each token taken
/// moves that by the time in which one is added. A bucket that is full is not kept, since a new one is the same.
struct TokenBuckets {
    /// The name of a bucket.
    struct Key: Hashable {
        /// Clients may choose names: longer ones that begin with the same bytes share a bucket.
        private static let longestName = 256

        private let limit: String
        private let name: String

        init(_ limit: String, _ name: String) {
            self.limit = limit
            self.name =
                name.utf8.count <= Self.longestName
                ? name : String(decoding: name.utf8.prefix(Self.longestName), as: UTF8.self)
        }
    }

    /// How many full buckets each access removes at most: more than it can add.
    private static let batch = 2

    private let maximumCount: Int
    private var places: [Key: ExpiryQueue<Key, Int64>.Handle] = [:]
    /// The buckets, by the time at which they are full.
    private var buckets = ExpiryQueue<Key, Int64>()

    init(maximumCount: Int) {
        self.maximumCount = max(1, maximumCount)
    }

    var count: Int { buckets.count }

    mutating func take(from key: Key, _ policy: RateLimitPolicy, now: Int64) -> RateLimitDecision {
        removeFull(now: now)
        let place = places[key]
        let interval = policy.nanosecondsPerToken
        let size = interval * Int64(policy.burst)
        // The policy may have changed since the bucket was last used, to one of a smaller bucket.
        let missing = min(max(0, (place.flatMap { buckets.deadline(of: $0) } ?? now) - now), size)
        guard missing + interval <= size else {
            return RateLimitDecision(
                isAllowed: false,
                remaining: 0,
                nanosecondsUntilNext: missing + interval - size,
                nanosecondsUntilFull: missing
            )
        }
        let rest = missing + interval
        if let place { buckets.move(place, to: now + rest) } else { add(key, fullAt: now + rest) }
        return RateLimitDecision(
            isAllowed: true,
            remaining: Int((size - rest) / interval),
            nanosecondsUntilNext: max(0, rest + interval - size),
            nanosecondsUntilFull: rest
        )
    }

    private mutating func add(_ key: Key, fullAt time: Int64) {
        if buckets.count >= maximumCount { removeFirst() }
        places[key] = buckets.insert(key, at: time)
    }

    private mutating func removeFull(now: Int64) {
        for _ in 0..<Self.batch {
            guard let first = buckets.first, first.deadline <= now else { return }
            removeFirst()
        }
    }

    private mutating func removeFirst() {
        guard let first = buckets.first, let key = buckets.remove(first.handle) else { return }
        places[key] = nil
    }
}
