/// Allows a burst, and then a steady rate.
struct RateLimit: Sendable {
    private let burst: Double
    private let perSecond: Double
    private var left: Double
    private var last: ContinuousClock.Instant?

    init(burst: Int, perSecond: Double) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.left = Double(burst)
    }

    /// Takes one more.
    ///
    /// - Returns: Nil, or how long to wait if it exceeds the rate.
    mutating func take(at now: ContinuousClock.Instant) -> Duration? {
        if let last { left = min(burst, left + (now - last) / .seconds(1) * perSecond) }
        last = now
        guard left >= 1 else { return .seconds((1 - left) / perSecond) }
        left -= 1
        return nil
    }
}
