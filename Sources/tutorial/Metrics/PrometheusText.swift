/// The text that Prometheus reads metrics from: its exposition format, version 0.0.4. A plain value.
struct PrometheusText: Sendable {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Adds a metric and all its series.
    mutating func add(_ family: MetricFamily) {
        text += "# HELP \(family.name) \(Self.escape(family.help))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            switch series.value {
            case .number(let number): add(family.name, labels, number)
            case .histogram(let histogram): add(family.name, labels, histogram)
            }
        }
    }

    /// The ranges of Prometheus begin at the bottom: each has the values of those before it.
    private mutating func add(_ name: String, _ labels: [MetricLabel], _ histogram: Histogram) {
        var count = 0
        for (bound, inside) in zip(histogram.bounds + [.infinity], histogram.counts) {
            count += inside
            add("\(name)_bucket", labels + [MetricLabel(name: "le", value: Self.number(bound))], Double(count))
        }
        add("\(name)_sum", labels, histogram.sum)
        add("\(name)_count", labels, Double(count))
    }

    private mutating func add(_ name: String, _ labels: [MetricLabel], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(Self.number(value))\n"
    }

    // MARK: Syntax

    /// The name of a metric: letters, digits, `_` and `:`, not beginning with a digit. Everything else becomes `_`.
    static func metricName(_ name: String) -> String {
        self.name(name, allowing: ":")
    }

    /// The name of a label: letters, digits and `_`, not beginning with a digit. Everything else becomes `_`.
    static func labelName(_ name: String) -> String {
        self.name(name, allowing: nil)
    }

    private static func name(_ name: String, allowing extra: Character?) -> String {
        let name = String(
            name.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == extra ? $0 : "_" }
        )
        guard let first = name.first, !first.isNumber else { return "_" + name }
        return name
    }

    /// Escapes what would end a line, and in the value of a label also what would end the value.
    private static func escape(_ text: String, quotes: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Whole numbers without a point.
        if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }
}
