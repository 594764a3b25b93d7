import CLibrary
import Martlet
import TestProcesses
import Testing

/// A program that is asked to stop, as Kubernetes and systemd ask it.
@Suite("A program that shuts down with a delay", .timeLimit(.minutes(5)))
struct ProgramShutdownTests {
    private func withProbe(
        delay milliseconds: Int,
        test: (Subprocess, _ url: String, HTTPClient) async throws -> Void
    ) async throws {
        let process = try Subprocess(builtExecutable("ServingProbe"), ["group", "delay", "\(milliseconds)"])
        let client = HTTPClient()
        do {
            let line = try #require(await process.output.line(startingWith: "Listening on "))
            try await test(process, String(line.dropFirst("Listening on ".count)), client)
        } catch {
            await client.close(force: true)
            await process.end()
            throw error
        }
        await client.close(force: true)
        await process.end()
    }

    @Test("is alive and not ready after SIGTERM, and still listens")
    func listens() async throws {
        try await withProbe(delay: 60_000) { process, url, client in
            let before = try await client.get(url + "readyz")
            #expect(before.status == .ok)
            process.send(SIGTERM)
            try await eventually { try await client.get(url + "readyz").status == .serviceUnavailable }
            // On a new connection, as load balancers ask.
            let other = HTTPClient()
            let ready = try await other.get(url + "readyz")
            #expect(ready.status == .serviceUnavailable)
            let report = try await ready.text()
            #expect(report == #"{"status":"fail","reason":"shutdown","checks":[]}"# || report.contains("shutdown"))
            let live = try await other.get(url + "livez")
            #expect(live.status == .ok)
            let page = try await other.get(url).text()
            #expect(page == "Hello, world!")
            await other.close(force: true)
            #expect(!process.hasEnded)
        }
    }

    @Test("ends when the delay is over", arguments: [0, 50])
    func ends(delay: Int) async throws {
        try await withProbe(delay: delay) { process, url, client in
            _ = try await client.get(url).text()
            process.send(SIGTERM)
            #expect(await process.exitStatus == 0)
        }
    }
}
