/// A metric as Prometheus knows it: a name, a kind, and a series for each set of labels.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    let name: String
    let kind: Kind
    /// The meaning of the metric, in a sentence.
    let help: String
    /// The series by their labels.
    private(set) var series: [[MetricLabel]: any MetricSeries] = [:]

    /// Creates a family without series.
    init(name: String, kind: Kind, help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// The series of these labels, which is made if there is none. If there are as many as there may be, all others
    /// share one, whose label says so.
    mutating func series<Series: MetricSeries>(
        _ labels: [MetricLabel],
        limit: Int,
        make: () -> Series
    ) -> Series? {
        var labels = labels
        if series[labels] == nil, series.count >= limit { labels = [.overflow] }
        if let present = series[labels] { return present as? Series }
        let new = make()
        series[labels] = new
        return new
    }
}

/// A label of a series.
struct MetricLabel: Sendable, Hashable, Comparable {
    /// The label of the series for which there were too many sets of labels, as OpenTelemetry names it.
    static let overflow = MetricLabel(name: "otel_metric_overflow", value: "true")

    let name: String
    var value: String

    static func < (one: MetricLabel, other: MetricLabel) -> Bool {
        (one.name, one.value) < (other.name, other.value)
    }

    /// The labels of a series with these dimensions, sorted by name. An empty one means the same as none. Where two dimensions have the same name for
    /// Prometheus, the label has the values of both.
    static func labels(_ dimensions: [(String, String)]) -> [MetricLabel] {
        var labels: [MetricLabel] = []
        for (name, value) in dimensions where !value.isEmpty {
            let name = PrometheusText.labelName(name)
            if let index = labels.firstIndex(where: { $0.name == name }) {
                labels[index].value += ";\(value)"
            } else {
                labels.append(MetricLabel(name: name, value: value))
            }
        }
        return labels.sorted()
    }
}
