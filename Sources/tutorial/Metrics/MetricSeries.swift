import Synchronization

/// One series of a metric: a number that changes, for one set of labels. Can be used from any thread.
protocol MetricSeries: AnyObject, Sendable {
    /// The present value.
    var value: MetricValue { get }
}

/// The value of a series at one moment.
enum MetricValue: Sendable, Equatable {
    case number(Double)
    case histogram(Histogram)
}

/// A number that only grows.
final class CounterSeries: MetricSeries {
    private let total = Mutex(0.0)

    var value: MetricValue { .number(total.withLock { $0 }) }

    func increment(by amount: Double) {
        guard amount > 0 else { return }
        total.withLock { $0 += amount }
    }

    /// Begins at zero again.
    func reset() {
        total.withLock { $0 = 0 }
    }
}

/// A number that goes up and down.
final class GaugeSeries: MetricSeries {
    private let present = Mutex(0.0)

    var value: MetricValue { .number(present.withLock { $0 }) }

    func set(_ value: Double) {
        present.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        present.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        present.withLock { $0 -= amount }
    }
}

/// Values in ranges.
final class HistogramSeries: MetricSeries {
    private let values: Mutex<Histogram>

    init(bounds: [Double]) {
        self.values = Mutex(Histogram(bounds: bounds))
    }

    var value: MetricValue { .histogram(values.withLock { $0 }) }

    func record(_ value: Double) {
        values.withLock { $0.record(value) }
    }
}
