import Synchronization

/// Bounds the share of retries among requests.
final class RetryBudget: Sendable {
    private let share: Double
    private let limit: Double
    private let available: Mutex<Double>

    /// - Parameters:
    ///   - share: How much of a retry each request adds.
    ///   - reserve: How many retries can be saved up; so many there are at first.
    init(share: Double, reserve: Int) {
        self.share = max(0, share)
        self.limit = Double(max(0, reserve))
        self.available = Mutex(limit)
    }

    /// Adds the share of a request.
    func requestBegins() {
        available.withLock { $0 = min(limit, $0 + share) }
    }

    /// Takes a retry; false if there is none.
    func take() -> Bool {
        available.withLock { available in
            // Sums of fractions are not exact.
            guard available >= 1 - 1e-9 else { return false }
            available -= 1
            return true
        }
    }
}
