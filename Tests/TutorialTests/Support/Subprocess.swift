import Foundation
import Synchronization

/// A process and what it writes.
///
/// It is made with `posix_spawn`, not with Foundation's `Process`, because tests run at the same time: each process
/// must get its own pipes and no other's, or else a pipe stays open for as long as another process runs.
final class Subprocess: Sendable {
    let output: ProcessOutput
    let errors: ProcessOutput
    private let identifier: pid_t
    private let exit = Exit()

    init(_ executable: String, _ arguments: [String], in directory: URL? = nil) throws {
        let spawned = try spawn(executable, arguments, in: directory?.path ?? ".")
        identifier = spawned.identifier
        output = ProcessOutput(spawned.output)
        errors = ProcessOutput(spawned.errors)
        Thread.detachNewThread { [identifier, exit] in
            var status: CInt = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            exit.set(signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
        }
    }

    /// How the process ends; 128 + the number of the signal that killed it.
    var exitStatus: CInt {
        get async { await exit.status }
    }

    func send(_ signal: CInt) {
        kill(identifier, signal)
    }

    /// Ends the process if it has not ended yet.
    func end() async {
        if !exit.isKnown { send(SIGKILL) }
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
