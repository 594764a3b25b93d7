/// How often values were within each of some ranges, from which percentiles are estimated. A plain value.
struct Histogram: Sendable, Equatable {
    /// The upper bounds of the ranges in seconds that OpenTelemetry advises for the durations of requests, and six below
    /// them, since answers on one's own machine take less than the first.
    static let durations = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5,
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    /// The upper bounds of ranges in bytes: powers of four, from 64 bytes to 64 MiB.
    static let sizes = (3...13).map { Double(1 << (2 * $0)) }

    /// The upper bounds of the ranges, in ascending order. A bound belongs to the range below it.
    let bounds: [Double]
    /// How many values were in each range, and above the last one.
    private(set) var counts: [Int]
    /// The sum of all values.
    private(set) var sum = 0.0

    /// A histogram without values.
    init(bounds: [Double]) {
        self.bounds = bounds
        self.counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// How many values there were.
    var count: Int { counts.reduce(0, +) }

    /// Counts a value. One that is not a number is ignored.
    mutating func record(_ value: Double) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Counts the values of another histogram, which has the same bounds; otherwise nothing.
    mutating func add(_ other: Histogram) {
        guard other.bounds == bounds else { return }
        for (index, count) in other.counts.enumerated() { counts[index] += count }
        sum += other.sum
    }

    /// The values since `earlier`, a former state of this histogram.
    func since(_ earlier: Histogram) -> Histogram {
        guard earlier.bounds == bounds else { return self }
        var difference = self
        for (index, count) in earlier.counts.enumerated() { difference.counts[index] -= count }
        difference.sum -= earlier.sum
        return difference
    }

    /// An estimate of the value that a part of all values does not exceed: the median for 0.5. As Prometheus' function
    /// `histogram_quantile`, it takes the values of a range for evenly spread, and is never above the last bound.
    ///
    /// - Parameter part: From 0 to 1.
    /// - Returns: Nil if there are no values.
    func quantile(_ part: Double) -> Double? {
        let count = count
        guard count > 0, let last = bounds.last else { return nil }
        let rank = min(max(part, 0), 1) * Double(count)
        var below = 0
        for (index, upper) in bounds.enumerated() {
            let inside = counts[index]
            if inside > 0, Double(below + inside) >= rank {
                let lower = index == 0 ? min(0, upper) : bounds[index - 1]
                return lower + (upper - lower) * max(rank - Double(below), 0) / Double(inside)
            }
            below += inside
        }
        return last
    }
}
