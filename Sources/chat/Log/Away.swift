/// Whether something that can be away is worth asking now: after it has not answered, a while passes before it is asked
/// again.
///
/// So what depends on it is refused at once meanwhile, and does not wait for each time limit anew.
struct Away: Sendable {
    private let pause: Duration
    /// When to ask again; nil as long as it answers.
    private var next: ContinuousClock.Instant?

    /// - Parameter pause: How long not to ask after it has not answered.
    init(pause: Duration) {
        self.pause = pause
    }

    /// Whether to ask. After the pause the first caller may, and the others once that one has had an answer.
    mutating func mayAsk(at now: ContinuousClock.Instant) -> Bool {
        guard let next else { return true }
        guard now >= next else { return false }
        self.next = now + pause
        return true
    }

    /// It has answered.
    mutating func answered() {
        next = nil
    }

    /// It has not answered.
    mutating func failed(at now: ContinuousClock.Instant) {
        next = now + pause
    }
}
