/// Tracks whether a dependency that can be unavailable should be tried: after a failure it is not tried again for a
/// while.
///
/// So requests that need it fail immediately meanwhile, instead of each waiting for a timeout.
struct Away: Sendable {
    private let pause: Duration
    /// When to try again; nil while it works.
    private var next: ContinuousClock.Instant?

    /// - Parameter pause: How long not to try after a failure.
    init(pause: Duration) {
        self.pause = pause
    }

    /// Whether to try. After the pause only the first caller may, and the others once that one has succeeded.
    mutating func mayAsk(at now: ContinuousClock.Instant) -> Bool {
        guard let next else { return true }
        guard now >= next else { return false }
        self.next = now + pause
        return true
    }

    /// An attempt has succeeded.
    mutating func answered() {
        next = nil
    }

    /// An attempt has failed.
    mutating func failed(at now: ContinuousClock.Instant) {
        next = now + pause
    }
}
