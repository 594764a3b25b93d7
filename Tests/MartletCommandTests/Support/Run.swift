import Foundation
import TestProcesses

/// One run of the tool, to its end.
struct Run: Sendable {
    let status: CInt
    /// Standard output, or what appeared on the terminal.
    let output: Data
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    init(_ process: Subprocess) async {
        output = await process.output.all
        errors = await process.errors.text
        status = await process.exitStatus
    }
}

/// Starts the tool, with nothing from the environment that would change what it does.
func startMartlet(
    _ arguments: [String],
    in directory: URL? = nil,
    environment: [String: String] = [:],
    input: String = "/dev/null",
    terminals: Set<CInt> = []
) throws -> Subprocess {
    let defaults = ["http_proxy": "", "all_proxy": "", "NO_COLOR": "", "TERM": "xterm"]
    return try Subprocess(
        builtExecutable("martlet"),
        arguments,
        in: directory,
        environment: defaults.merging(environment) { $1 },
        input: input,
        terminals: terminals
    )
}

/// Runs the tool to its end.
func martlet(
    _ arguments: String...,
    in directory: URL? = nil,
    environment: [String: String] = [:],
    input: String = "/dev/null",
    terminals: Set<CInt> = []
) async throws -> Run {
    await Run(
        try startMartlet(arguments, in: directory, environment: environment, input: input, terminals: terminals)
    )
}

/// Runs a line of shell in which `martlet` is the tool.
func shell(_ line: String, in directory: URL? = nil) async throws -> Run {
    let script = "martlet() { \"\(builtExecutable("martlet"))\" \"$@\"; }; \(line)"
    return await Run(
        try Subprocess("sh", ["-c", script], in: directory, environment: ["http_proxy": "", "TERM": "dumb"])
    )
}
