import Foundation
import TestProcesses
import Testing

/// A program of the tutorial that runs and listens.
struct RunningProgram: Sendable {
    let process: Subprocess
    /// The directory that the program runs in.
    let directory: URL
    /// `http://127.0.0.1:` and the port, without a slash at the end; `https:` for a program that speaks it.
    let url: String
    let port: Int

    /// The lines that the program has printed, as soon as there are `count` of them.
    func lines(_ count: Int) async -> [String] {
        await process.output.lines(count)
    }

    /// The ports of the programs of a tour, as it prints them.
    var ports: [String: Int] {
        get async {
            // The home page's line, which has been awaited, is the last one.
            var ports: [String: Int] = [:]
            for line in await lines(1) {
                guard let match = line.wholeMatch(of: /([a-z-]+): Listening on https?:\/\/127\.0\.0\.1:([0-9]+)\//)
                else { continue }
                ports[String(match.1)] = Int(match.2)
            }
            return ports
        }
    }

    /// What `curl` gets for a path.
    func curl(_ path: String, _ options: String...) async throws -> Reply {
        try await Reply(curl: options + [url + path])
    }
}

/// Where the programs keep their certificates: beside them, for all tests.
let certificateDirectory = builtExecutable("tutorial") + "-certificates"

/// Starts the tutorial with some arguments, to whatever end.
func startTutorial(
    _ arguments: [String],
    in directory: URL? = nil,
    environment: [String: String] = [:]
) throws -> Subprocess {
    let defaults = ["MARTLET_CERTIFICATES": certificateDirectory]
    return try Subprocess(
        builtExecutable("tutorial"),
        arguments,
        in: directory,
        environment: defaults.merging(environment) { $1 }
    )
}

/// Runs a program in an empty directory, on a port of the system's choice, while `body` uses it.
func withProgram(
    _ arguments: String...,
    body: (RunningProgram) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let process = try startTutorial(arguments, in: directory)
        do {
            guard let line = await process.output.line(startingWith: "Listening on ") else {
                throw StartError(reason: await process.errors.text)
            }
            let match = try #require(
                line.wholeMatch(of: /Listening on (https?:\/\/127\.0\.0\.1:([0-9]+))\//),
                "\(line)"
            )
            let port = try #require(Int(match.2))
            try await body(RunningProgram(process: process, directory: directory, url: String(match.1), port: port))
        } catch {
            await process.end()
            throw error
        }
        await process.end()
    }
}

/// A program that ended before it listened, and what it said about that.
struct StartError: Error {
    let reason: String
}
