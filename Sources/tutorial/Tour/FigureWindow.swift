/// The figures of a program in the last minute, from how often each duration has been counted since it began. A plain value
/// without a clock: it is given a sample each second.
struct FigureWindow: Sendable, Equatable {
    /// How many seconds are looked at.
    static let seconds = 60

    /// The samples, the oldest first; one more than there are seconds between them.
    private var samples: [Histogram] = []

    /// Takes the durations that have been counted until now.
    mutating func add(_ sample: Histogram) {
        if samples.count > Self.seconds { samples.removeFirst() }
        samples.append(sample)
    }

    /// How many requests have ended so far.
    var requests: Int { samples.last?.count ?? 0 }

    /// How many requests have ended in each second, the oldest first, with zeros for those before the first sample.
    var perSecond: [Int] {
        let counts = zip(samples, samples.dropFirst()).map { max($1.count - $0.count, 0) }
        return Array(repeating: 0, count: Self.seconds - counts.count) + counts
    }

    /// The duration in seconds that a part of the requests of the last minute did not exceed.
    ///
    /// - Parameter part: From 0 to 1.
    /// - Returns: Nil if there were no requests.
    func latency(_ part: Double) -> Double? {
        guard let first = samples.first, let last = samples.last else { return nil }
        return last.since(first).quantile(part)
    }
}
