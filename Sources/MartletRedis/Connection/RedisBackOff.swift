#if Redis
    /// How long to wait before the next attempt to connect: not at all at first, then from 50 milliseconds on twice as long
    /// each time, up to 2 seconds; less by up to a half, so that many clients don't come back at once.
    struct RedisBackOff {
        private static let first = Duration.milliseconds(50)
        private static let longest = Duration.seconds(2)

        private var next: Duration?

        /// The pause before the next attempt.
        ///
        /// - Parameter random: From 0 to 1.
        mutating func pause(random: Double = .random(in: 0..<1)) -> Duration {
            guard let pause = next else {
                next = Self.first
                return .zero
            }
            next = min(pause * 2, Self.longest)
            return pause * (1 - random / 2)
        }

        /// All is well: the next attempt is the first one again.
        mutating func reset() {
            next = nil
        }
    }
#endif
