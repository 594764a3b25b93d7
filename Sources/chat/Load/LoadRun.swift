import Martlet

/// Runs a load test.
struct LoadRun: Sendable {
    /// How many clients connect concurrently.
    private static let connecting = 50
    /// How long to wait for the last messages.
    private static let patience = Duration.seconds(30)

    let plan: LoadPlan
    let memory: ProcessMemory?

    func run(_ say: (String) -> Void) async throws -> LoadReport {
        var moments: [(moment: String, bytes: Int)] = []
        func note(_ moment: String) {
            if let memory { moments.append((moment, memory.resident)) }
        }
        note("before")
        let clients = try await join(plan.clients, named: "load")
        let stalled = try await join(plan.stalled, named: "stalled")
        var report = LoadReport(plan: plan, tallies: [], stalled: [], memory: [])
        await withTaskGroup { group in
            for client in clients {
                group.addTask { await client.read() }
                group.addTask { await client.stay() }
            }
            for client in stalled { group.addTask { await client.watch() } }
            if let memory {
                group.addTask {
                    while !Task.isCancelled {
                        _ = memory.resident
                        try? await Task.sleep(for: .milliseconds(500))
                    }
                }
            }
            await wait { clients.allSatisfy { $0.tally.joined } }
            // Every client is notified of every other; that is not to be measured.
            try? await Task.sleep(for: .seconds(2))
            note("joined")
            say("\(clients.count { $0.tally.joined }) clients have joined.")
            report.beginning = LoadTally.now
            await speak(clients)
            await wait { clients.allSatisfy { $0.count == plan.messages } }
            note("at the end")
            report.tallies = clients.map(\.tally)
            group.cancelAll()
        }
        report.stalled = stalled.map(\.tally)
        if let memory { moments.append(("at most", memory.peak)) }
        report.memory = moments
        await withTaskGroup { group in
            for client in clients + stalled { group.addTask { await client.close() } }
        }
        return report
    }

    private func join(_ count: Int, named name: String) async throws -> [LoadClient] {
        var configuration = HTTPClient.Configuration()
        configuration.connectionTimeout = .seconds(60)
        configuration.maximumConnectionsPerHost = plan.clients + plan.stalled
        let client = HTTPClient(configuration: configuration)
        return try await withThrowingTaskGroup(of: LoadClient.self) { group in
            var clients: [LoadClient] = []
            for number in 0..<count {
                if number >= Self.connecting, let joined = try await group.next() { clients.append(joined) }
                group.addTask { [plan] in
                    let load = LoadClient(plan.url, as: "\(name) \(number + 1)", client: client, returns: plan.returns)
                    try await load.join()
                    return load
                }
            }
            for try await joined in group { clients.append(joined) }
            return clients
        }
    }

    /// Sends every message at its time, each from another client.
    private func speak(_ clients: [LoadClient]) async {
        let start = ContinuousClock.now
        await withTaskGroup { group in
            for number in 0..<plan.messages {
                try? await Task.sleep(until: start + .seconds(1) * number / plan.rate, clock: .continuous)
                group.addTask { [size = plan.size] in
                    await clients[number % clients.count].say(number: number, size: size)
                }
            }
        }
    }

    private func wait(for condition: () -> Bool) async {
        let deadline = ContinuousClock.now + Self.patience
        while !condition(), ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(100)) }
    }
}
