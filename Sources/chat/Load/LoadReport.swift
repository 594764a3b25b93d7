/// The result of a load test.
struct LoadReport: Sendable {
    var plan: LoadPlan
    var tallies: [LoadTally]
    var stalled: [LoadTally]
    /// When the first message was sent, in nanoseconds of the machine's clock.
    var beginning = 0
    /// The server's memory at named moments.
    var memory: [(moment: String, bytes: Int)]

    private var complete: Int { tallies.count { $0.numbers.count == plan.messages } }
    private var inOrder: Int { tallies.count { $0.misplaced == 0 && $0.doubled == 0 } }
    private var ended: [String] { tallies.compactMap(\.end) }

    /// Whether all clients have received the same messages under the same sequence numbers.
    private var areAlike: Bool { Set(tallies.map(\.sequences)).count <= 1 }

    /// Whether each client has received every message, once and in order.
    var isPerfect: Bool { complete == plan.clients && inOrder == plan.clients && ended.isEmpty && areAlike }

    /// The longest time in milliseconds that each client got nothing, around a moment: a second before until a third of
    /// the load test later.
    private func silences(around second: Int) -> [Int] {
        let start = beginning + (second - 1) * 1_000_000_000
        let end = start + (plan.seconds / 3 + 1) * 1_000_000_000
        return tallies.map { tally in
            let times = tally.times.map(\.received).filter { (start..<end).contains($0) }.sorted()
            return zip(times, times.dropFirst()).map { ($1 - $0) / 1_000_000 }.max() ?? 0
        }.sorted()
    }

    var text: String {
        let latencies = tallies.flatMap { $0.times.map { UInt32(clamping: ($0.received - $0.sent) / 1_000) } }.sorted()
        func milliseconds(_ share: Double) -> String {
            guard !latencies.isEmpty else { return "–" }
            let index = min(latencies.count - 1, Int(Double(latencies.count) * share))
            return "\(Double(latencies[index] / 10) / 100) ms"
        }
        let problems = tallies.flatMap(\.problems)
        var lines = [
            "clients        \(plan.clients), \(plan.rate) messages a second for \(plan.seconds) s",
            "complete       \(complete) of \(plan.clients) clients have all \(plan.messages) messages",
            "in order       \(inOrder) of \(plan.clients), without gaps and doubles\(areAlike ? ", all alike" : ", NOT ALIKE")",
            "deliveries     \(latencies.count) of \(plan.clients * plan.messages)",
            """
            latency        p50 \(milliseconds(0.5)), p90 \(milliseconds(0.9)), p99 \(milliseconds(0.99)), \
            p99.9 \(milliseconds(0.999)), most \(milliseconds(1))
            """,
            "disconnected   \(ended.count)\(ended.first.map { ", such as: \($0)" } ?? "")",
            "problems       \(problems.count)\(problems.first.map { ", such as: \($0)" } ?? "")",
        ]
        if plan.returns { lines.append("came back      \(tallies.reduce(0) { $0 + $1.returns }) times") }
        for second in plan.marks {
            let silences = silences(around: second)
            guard let longest = silences.last else { continue }
            lines.append(
                "at \(second) s        nothing for \(silences[silences.count / 2]) ms (half), \(longest) ms (all)"
            )
        }
        for tally in stalled { lines.append("stalled        \(tally.end ?? "still connected")") }
        if !memory.isEmpty {
            let moments = memory.map { "\($0.moment) \(ProcessMemory.text($0.bytes))" }
            lines.append("memory         \(moments.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}
