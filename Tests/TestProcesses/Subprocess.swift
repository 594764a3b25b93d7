import Foundation
import Synchronization

/// A process and what it writes.
///
/// It is made with `posix_spawn`, not with Foundation's `Process`, because tests run at the same time: each process
/// must get its own pipes and no other's, or else a pipe stays open for as long as another process runs.
package final class Subprocess: Sendable {
    /// What it writes to standard output, or to its terminal.
    package let output: ProcessOutput
    /// What it writes to standard error; nothing when that is the same terminal as standard output.
    package let errors: ProcessOutput
    private let identifier: pid_t
    private let terminal: CInt?
    private let exit = Exit()

    /// Starts a process.
    ///
    /// - Parameters:
    ///   - executable: A path, or a name to look for on the PATH.
    ///   - directory: Where it runs; here by default.
    ///   - environment: Variables that it has besides those of this process.
    ///   - input: The file that it reads as standard input, unless that is a terminal.
    ///   - terminals: Which of its descriptors 0, 1 and 2 are a terminal of 60 columns.
    ///   - leadsGroup: Whether it begins a process group of its own, of which the processes that it starts are too.
    package init(
        _ executable: String,
        _ arguments: [String],
        in directory: URL? = nil,
        environment: [String: String] = [:],
        input: String = "/dev/null",
        terminals: Set<CInt> = [],
        leadsGroup: Bool = false
    ) throws {
        let variables = environment.isEmpty ? [] : ["env"] + environment.map { "\($0)=\($1)" }
        let spawned = try spawn(
            variables + [executable] + arguments,
            in: directory?.path ?? ".",
            input: input,
            terminals: terminals,
            leadsGroup: leadsGroup
        )
        identifier = spawned.identifier
        terminal = spawned.terminal
        output = ProcessOutput(spawned.output)
        errors = ProcessOutput(spawned.errors)
        Thread.detachNewThread { [identifier, exit] in
            var status: CInt = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            exit.set(signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
        }
    }

    deinit {
        if let terminal { close(terminal) }
    }

    /// How the process ends; 128 + the number of the signal that killed it.
    package var exitStatus: CInt {
        get async { await exit.status }
    }

    /// How much memory the process has in use, in bytes; nil where that can't be known.
    package var residentBytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8) else {
            return nil
        }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split { !$0.isNumber }.first.flatMap { Int($0) }.map { $0 * 1_024 }
    }

    /// Whether it has ended.
    package var hasEnded: Bool { exit.isKnown }

    package func send(_ signal: CInt) {
        kill(identifier, signal)
    }

    /// Types a text at the process's terminal.
    package func type(_ text: String) {
        guard let terminal else { return }
        let bytes = Array(text.utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    /// Ends the process if it has not ended yet.
    package func end() async {
        if !hasEnded { send(SIGKILL) }
        _ = await exitStatus
    }
}

/// How a process ended, as soon as it did.
private final class Exit: Sendable {
    private let state = Mutex<(status: CInt?, waiters: [CheckedContinuation<CInt, Never>])>((nil, []))

    var isKnown: Bool { state.withLock { $0.status != nil } }

    var status: CInt {
        get async {
            await withCheckedContinuation { continuation in
                let status = state.withLock { state in
                    if state.status == nil { state.waiters.append(continuation) }
                    return state.status
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }

    func set(_ status: CInt) {
        let waiters = state.withLock { state in
            state.status = status
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }
}
