import Foundation
import TestProcesses
import Testing

/// A program of the tutorial that runs and listens.
struct RunningProgram: Sendable {
    let process: Subprocess
    /// The directory that the program runs in.
    let directory: URL
    /// `http://127.0.0.1:` and the port, without a slash at the end.
    let url: String
    let port: Int

    /// The lines that the program has printed, as soon as there are `count` of them.
    func lines(_ count: Int) async -> [String] {
        await process.output.lines(count)
    }

    /// What `curl` gets for a path.
    func curl(_ path: String, _ options: String...) async throws -> Reply {
        try await Reply(curl: options + [url + path])
    }
}

/// Starts the tutorial with some arguments, to whatever end.
func startTutorial(_ arguments: [String], in directory: URL? = nil) throws -> Subprocess {
    try Subprocess(builtExecutable("tutorial"), arguments, in: directory)
}

/// Runs a program in an empty directory, on a port of the system's choice, while `body` uses it.
func withProgram(
    _ arguments: String...,
    body: (RunningProgram) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let process = try startTutorial(arguments, in: directory)
        do {
            let prefix = "Listening on http://127.0.0.1:"
            guard let line = await process.output.line(startingWith: prefix) else {
                throw StartError(reason: await process.errors.text)
            }
            let port = try #require(Int(line.dropFirst(prefix.count).dropLast()))
            #expect(line == "\(prefix)\(port)/")
            let url = "http://127.0.0.1:\(port)"
            try await body(RunningProgram(process: process, directory: directory, url: url, port: port))
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
