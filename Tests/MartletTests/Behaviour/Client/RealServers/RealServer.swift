import Foundation
import NIOCore
import TestProcesses
import Testing

@testable import Martlet

/// A server of somebody else's, run by the test in a folder of its own.
struct RealServer: Sendable {
    let process: Subprocess
    let directory: URL
    let port: Int

    /// `http://127.0.0.1:` and the port, without a slash at the end.
    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs a server while `body` uses it.
    ///
    /// - Parameters:
    ///   - name: The executable, which is also the name of its Debian package.
    ///   - prepare: Fills the folder, and tells the server's arguments.
    static func run(
        _ name: String,
        prepare: (_ directory: URL, _ port: Int) throws -> [String],
        _ body: (RealServer) async throws -> Void
    ) async throws {
        let executable = try executable(name)
        try await withTemporaryDirectory { directory in
            // Bound and not listening, it keeps the port for the server, which may bind it too.
            let reservation = try DeadPort()
            let port = reservation.port
            let process = try Subprocess(executable, try prepare(directory, port), in: directory)
            let server = RealServer(process: process, directory: directory, port: port)
            do {
                try await server.waitUntilItListens(name)
                try await body(server)
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }
    }

    /// Ends the server.
    private func stop() async {
        process.send(SIGTERM)
        _ = await process.exitStatus
    }

    private func waitUntilItListens(_ name: String) async throws {
        let clock = ContinuousClock()
        let end = clock.now + RawClient.patience
        while true {
            if let client = try? await RawClient.connect(port: port) {
                await client.close()
                return
            }
            guard clock.now < end, !process.hasEnded else {
                throw RealServerError(description: "\(name) doesn't run: \(await process.errors.text)")
            }
            try await clock.sleep(for: .milliseconds(2))
        }
    }

    private static func executable(_ name: String) throws -> String {
        for directory in ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"] {
            let path = "\(directory)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        throw RealServerError(description: "\(name) is not installed, and tests need it. Run script/bootstrap.")
    }
}

struct RealServerError: Error, CustomStringConvertible {
    let description: String
}
