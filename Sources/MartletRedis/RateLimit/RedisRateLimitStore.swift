#if Redis
    import HTTPWire
    import Martlet
    import MartletWeb

    /// Keeps the buckets of rate limits in Redis: a limit for all machines together.
    ///
    /// ```swift
    /// let buckets = RedisRateLimitStore(redis)
    /// router.use(try RateLimit(600, per: .seconds(60), burst: 100, store: buckets))
    /// ```
    ///
    /// A request costs one round trip. The time is that of Redis, so that the clocks of the machines don't matter. Buckets that
    /// are full take no memory. While Redis is away, each machine counts in its own memory, and a client may send as many
    /// requests to each of them.
    public struct RedisRateLimitStore: RateLimitStore {
        private let redis: RedisClient
        private let prefix: String
        private let deadline: Duration
        private let local: MemoryRateLimitStore

        /// Creates a store.
        ///
        /// - Parameters:
        ///   - redis: The client. It can be used for other things too, and is closed by its owner.
        ///   - prefix: The beginning of the keys, for several services that share a database. `limit:` by default.
        ///   - deadline: How long a request waits for Redis at most, before the machine decides by itself. 250 milliseconds
        ///     by default.
        ///   - local: The buckets while Redis is away; by default 100,000 of them.
        public init(
            _ redis: RedisClient,
            prefix: String = "limit:",
            deadline: Duration = .milliseconds(250),
            local: MemoryRateLimitStore = MemoryRateLimitStore()
        ) {
            self.redis = redis
            self.prefix = prefix
            self.deadline = deadline
            self.local = local
        }

        /// Takes a token out of a bucket.
        public func take(from key: String, _ policy: RateLimitPolicy) async -> RateLimitDecision {
            if let (decision, _) = try? await takeShared(from: key, policy) { return decision }
            return await local.take(from: key, policy)
        }

        /// Takes a token out of the bucket in Redis.
        ///
        /// - Returns: The decision, and Redis' time in microseconds since 1970.
        func takeShared(
            from key: String,
            _ policy: RateLimitPolicy
        ) async throws -> (decision: RateLimitDecision, time: Int) {
            let reply = try await redis.run(
                Self.script,
                keys: [self.key(key, policy)],
                [RedisArgument("\(Double(policy.nanosecondsPerToken) / 1_000)"), RedisArgument(policy.burst)],
                deadline: deadline
            )
            guard let numbers = reply.array?.compactMap(\.integer), numbers.count == 5 else {
                throw RedisError(.invalidReply, "The reply to the script of a rate limit has another form.")
            }
            let decision = RateLimitDecision(
                isAllowed: numbers[0] == 1,
                remaining: numbers[1],
                nanosecondsUntilNext: Int64(clamping: numbers[2].multipliedReportingOverflow(by: 1_000).partialValue),
                nanosecondsUntilFull: Int64(clamping: numbers[3].multipliedReportingOverflow(by: 1_000).partialValue)
            )
            return (decision, numbers[4])
        }

        /// Limits and clients can't choose names that mean another bucket: the length of the limit's name comes first, and
        /// long keys are hashed.
        private func key(_ key: String, _ policy: RateLimitPolicy) -> RedisArgument {
            let name = key.utf8.count <= 64 ? key : "#" + SHA256.hash(key).hexadecimal
            return RedisArgument("\(prefix)\(policy.name.utf8.count):\(policy.name):\(name)")
        }

        /// A bucket is nothing but the time at which it is full again, in microseconds since 1970, as in ``TokenBuckets``.
        ///
        /// `KEYS`: the bucket. `ARGV`: the microseconds in which a token is added, and how many tokens it holds.
        private static let script = RedisScript(
            """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local interval = tonumber(ARGV[1])
            local size = interval * ARGV[2]
            local missing = math.min(math.max(0, (tonumber(redis.call('GET', KEYS[1])) or now) - now), size)
            if missing + interval > size then
                return {0, 0, math.ceil(missing + interval - size), math.ceil(missing), now}
            end
            local rest = missing + interval
            redis.call('SET', KEYS[1], string.format('%.3f', now + rest), 'PX', string.format('%.0f', math.ceil(rest / 1000)))
            return {1, math.floor((size - rest) / interval), math.ceil(math.max(0, rest + interval - size)), math.ceil(rest), now}
            """
        )
    }
#endif
