import Martlet

/// The figures of a program: its requests, how long they took, and its connections.
struct Figures: Codable, Sendable, Equatable {
    /// How many requests have ended so far.
    var requests: Int
    /// How many requests have ended in each of the last sixty seconds, the oldest first.
    var perSecond: [Int]
    /// How many seconds half of the last minute's requests took at most; nil if there were none.
    var p50: Double?
    /// How many seconds 95 % of them took at most.
    var p95: Double?
    /// How many seconds 99 % of them took at most.
    var p99: Double?
    /// The connections that are open.
    var total: Int
    /// Those that carry a request.
    var active: Int
    /// Those that wait for one.
    var idle: Int
    /// Those that are about to be closed.
    var closing: Int

    init(_ window: FigureWindow, _ connections: ConnectionCounts) {
        requests = window.requests
        perSecond = window.perSecond
        p50 = window.latency(0.5)
        p95 = window.latency(0.95)
        p99 = window.latency(0.99)
        total = connections.total
        active = connections.active
        idle = connections.idle
        closing = connections.closing
    }

    /// The figures as the page shows them: a key that names the place, what it is, and the text.
    var shown: [(key: String, label: String, text: String)] {
        [
            ("requests", "requests", "\(requests)"),
            ("rate", "a second", "\(perSecond.last ?? 0)"),
            ("total", "connections", "\(total)"),
            ("p50", "p50", Self.text(p50)),
            ("p95", "p95", Self.text(p95)),
            ("p99", "p99", Self.text(p99)),
        ]
    }

    /// A duration as people say it, with two digits.
    static func text(_ seconds: Double?) -> String {
        guard let seconds else { return "–" }
        let units: [(unit: String, perSecond: Double)] = [("µs", 1e6), ("ms", 1e3), ("s", 1)]
        for (unit, perSecond) in units {
            let tenths = (seconds * perSecond * 10).rounded()
            if tenths >= 10_000, unit != "s" { continue }
            guard tenths < 100, unit != "µs" else { return "\(Int((tenths / 10).rounded())) \(unit)" }
            return "\(Int(tenths) / 10).\(Int(tenths) % 10) \(unit)"
        }
        return "–"
    }
}
