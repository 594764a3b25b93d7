import Foundation
import Martlet
import TestProcesses
import Testing

/// A program that systemd's own tool starts with sockets.
@Suite(
    "A program that inherits a socket",
    .enabled(if: access("/usr/bin/systemd-socket-activate", X_OK) == 0),
    .timeLimit(.minutes(5))
)
struct SystemdTests {
    /// Runs the probe with the sockets of `addresses`, and connects to the first, as it is started by a connection only.
    private func withProbe(_ addresses: [String], _ words: [String] = [], test: (Subprocess) async throws -> Void)
        async throws
    {
        let listening = addresses.flatMap { ["-l", $0] }
        let process = try Subprocess(
            "/usr/bin/systemd-socket-activate",
            // An error that ends the program is to be shown without a backtrace, which takes long.
            ["-E", "SWIFT_BACKTRACE=enable=no"] + listening + words + [
                builtExecutable("ServingProbe"), "group", "quiet",
            ]
        )
        do {
            try await test(process)
        } catch {
            await process.end()
            throw error
        }
        await process.end()
    }

    private func freePort() async throws -> Int {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        await server.close(force: true)
        return server.port
    }

    @Test("serves it, and ends in good order")
    func serves() async throws {
        let port = try await freePort()
        try await withProbe(["127.0.0.1:\(port)"]) { process in
            let client = HTTPClient()
            let text = try await eventually { try await client.get("http://127.0.0.1:\(port)/").text() }
            #expect(text == "Hello, world!")
            #expect(
                await process.output.line(startingWith: "Listening on ") == "Listening on http://127.0.0.1:\(port)/"
            )
            await client.close(force: true)
            process.send(SIGTERM)
            let status = await process.exitStatus
            #expect(status == 0)
        }
    }

    @Test("says what is wrong if there are several, or none that it can listen on")
    func refuses() async throws {
        let ports = (try await freePort(), try await freePort())
        for (addresses, words, message) in [
            (
                ["127.0.0.1:\(ports.0)", "127.0.0.1:\(ports.1)"], ["--fdname=a:b"],
                #"there are several: ask for one of "a", "b""#
            ),
            (["127.0.0.1:\(ports.0)"], ["--accept"], "descriptor 3 is not a listening socket"),
        ] {
            try await withProbe(addresses, words) { process in
                let client = HTTPClient()
                let knocking = Task {
                    while !Task.isCancelled {
                        _ = try? await client.get("http://127.0.0.1:\(ports.0)/")
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                let errors = await process.errors.text(containing: message)
                knocking.cancel()
                await client.close(force: true)
                #expect(errors.contains(message))
            }
        }
    }

    /// The result of `body`, as soon as it does not throw.
    private func eventually<Result>(_ body: () async throws -> Result) async throws -> Result {
        let limit = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < limit {
            if let result = try? await body() { return result }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await body()
    }
}
