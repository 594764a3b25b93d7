/// The result of a load test.
struct LoadReport: Sendable {
    var plan: LoadPlan
    var tallies: [LoadClient.Tally]
    var stalled: [LoadClient.Tally]
    /// The server's memory at named moments.
    var memory: [(moment: String, bytes: Int)]

    private var complete: Int { tallies.count { $0.numbers.count == plan.messages } }
    private var inOrder: Int { tallies.count { $0.misplaced == 0 && $0.doubled == 0 } }
    private var ended: [String] { tallies.compactMap(\.end) }

    /// Whether each client has received every message, once and in order.
    var isPerfect: Bool { complete == plan.clients && inOrder == plan.clients && ended.isEmpty }

    var text: String {
        let latencies = tallies.flatMap(\.latencies).sorted()
        func milliseconds(_ share: Double) -> String {
            guard !latencies.isEmpty else { return "–" }
            let index = min(latencies.count - 1, Int(Double(latencies.count) * share))
            return "\(Double(latencies[index] / 10) / 100) ms"
        }
        let problems = tallies.flatMap(\.problems)
        var lines = [
            "clients        \(plan.clients), \(plan.rate) messages a second for \(plan.seconds) s",
            "complete       \(complete) of \(plan.clients) clients have all \(plan.messages) messages",
            "in order       \(inOrder) of \(plan.clients), without gaps and doubles",
            "deliveries     \(latencies.count) of \(plan.clients * plan.messages)",
            """
            latency        p50 \(milliseconds(0.5)), p90 \(milliseconds(0.9)), p99 \(milliseconds(0.99)), \
            p99.9 \(milliseconds(0.999)), most \(milliseconds(1))
            """,
            "disconnected   \(ended.count)\(ended.first.map { ", such as: \($0)" } ?? "")",
            "problems       \(problems.count)\(problems.first.map { ", such as: \($0)" } ?? "")",
        ]
        for tally in stalled { lines.append("stalled        \(tally.end ?? "still connected")") }
        if !memory.isEmpty {
            let moments = memory.map { "\($0.moment) \(ProcessMemory.text($0.bytes))" }
            lines.append("memory         \(moments.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}
