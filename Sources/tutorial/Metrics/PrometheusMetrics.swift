import Synchronization

/// Keeps the metrics of a program, and shows them as Prometheus reads them. As small as it can be, and with the trait
/// `Telemetry` a backend for swift-metrics:
///
/// ```swift
/// let metrics = PrometheusMetrics()
/// router.get("/metrics") { request in
///     request.response.headers[.contentType] = PrometheusText.contentType
///     try await request.response.end(metrics.text)
/// }
/// ```
///
/// Names and units are as OpenTelemetry translates them for Prometheus: `http.server.request.duration` is
/// `http_server_request_duration_seconds`. Times are in seconds. Asked twice for the same series, it returns the same.
final class PrometheusMetrics: Sendable {
    /// The meanings of the metrics by their names, for people that read the text.
    private static let help = [
        "http.server.request.duration": "How long the server took to answer requests.",
        "http.server.active_requests": "How many requests are being answered.",
        "martlet.server.connections": "How many connections are open.",
    ]

    private let families = Mutex<[String: MetricFamily]>([:])
    private let seriesLimit: Int

    /// A backend without metrics.
    ///
    /// - Parameter seriesLimit: How many sets of labels a metric may have. Further ones share a series.
    init(seriesLimit: Int = 500) {
        self.seriesLimit = seriesLimit
    }

    // MARK: Reading

    /// All metrics, sorted by name.
    var text: String {
        var text = PrometheusText()
        let families = families.withLock { $0 }
        for (_, family) in families.sorted(by: { $0.key < $1.key }) { text.add(family) }
        return text.text
    }

    /// The durations of a metric, of all its series that have a label.
    ///
    /// - Returns: Nil if there are none.
    func durations(_ name: String, with label: (String, String)) -> Histogram? {
        let name = Self.name(name, unit: "seconds")
        let labels = MetricLabel.labels([label])
        let series = families.withLock { $0[name]?.series } ?? [:]
        var sum: Histogram?
        for (key, series) in series where labels.allSatisfy(key.contains) {
            guard case .histogram(let histogram) = series.value else { continue }
            if sum == nil { sum = histogram } else { sum?.add(histogram) }
        }
        return sum
    }

    // MARK: Writing

    /// A number of things that have happened.
    func counter(_ name: String, _ dimensions: [(String, String)]) -> CounterSeries {
        series(.counter, name, unit: "total", dimensions) { CounterSeries() }
    }

    /// A number that goes up and down.
    func gauge(_ name: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        series(.gauge, name, unit: nil, dimensions) { GaugeSeries() }
    }

    /// How often durations, in seconds, were in each of the ranges ``Histogram/durations``.
    func durations(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        series(.histogram, name, unit: "seconds", dimensions) { HistogramSeries(bounds: Histogram.durations) }
    }

    /// How often sizes, in bytes, were in each of the ranges ``Histogram/sizes``.
    func sizes(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        series(.histogram, name, unit: "bytes", dimensions) { HistogramSeries(bounds: Histogram.sizes) }
    }

    private func series<Series: MetricSeries>(
        _ kind: MetricFamily.Kind,
        _ name: String,
        unit: String?,
        _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series {
        let key = Self.name(name, unit: unit)
        let labels = MetricLabel.labels(dimensions)
        let series = families.withLock { families -> Series? in
            var family = families[key] ?? MetricFamily(name: key, kind: kind, help: Self.help[name] ?? name)
            // A metric of another kind has the name already: this one counts, but is not shown.
            guard family.kind == kind else { return nil }
            let series = family.series(labels, limit: seriesLimit, make: make)
            families[key] = family
            return series
        }
        return series ?? make()
    }

    /// The name for Prometheus, which ends with the unit.
    private static func name(_ name: String, unit: String?) -> String {
        let name = PrometheusText.metricName(name)
        guard let unit, !name.hasSuffix("_\(unit)") else { return name }
        return "\(name)_\(unit)"
    }
}
