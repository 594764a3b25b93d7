import CLibrary
import ArgumentParser
import MartletWeb
import Synchronization
import UnixSignals

/// Does the work of a subcommand: reports an error in one line, cleans up at Control-C (SIGINT) and SIGTERM, and is
/// silent if the reader of the output has gone.
///
/// - Parameter grace: How long the work may take to end after a signal. The default is long enough to remove a file,
///   and short enough for a user who waits for the prompt. A second signal ends it immediately.
func perform(grace: Duration = .seconds(1), _ work: @escaping @Sendable () async throws -> Void) async throws {
    // A broken pipe is reported as an error of writing, so that files are cleaned up.
    signal(SIGPIPE, SIG_IGN)
    let caught = Mutex<CInt?>(nil)
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let task = Task { try await work() }
    let watcher = Task {
        for await signal in signals {
            let isSecond = caught.withLock { caught in
                defer { caught = signal.rawValue }
                return caught != nil
            }
            if isSecond {
                LogOutput.writeAll(within: .milliseconds(200))
                end(by: signal.rawValue)
            }
            task.cancel()
            Task {
                try await Task.sleep(for: grace)
                LogOutput.writeAll()
                end(by: signal.rawValue)
            }
        }
    }
    let result = await task.result
    watcher.cancel()
    if let signal = caught.withLock({ $0 }) {
        LogOutput.writeAll()
        if case .failure(let failure as Interruption) = result { complain(failure.message) }
        end(by: signal)
    }
    do {
        try result.get()
    } catch is BrokenPipe {
        end(by: SIGPIPE)
    } catch is KeyboardInterrupt {
        end(by: SIGINT)
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let failure = CommandFailure(error)
        complain(failure.message)
        throw ExitCode(failure.status.rawValue)
    }
}

/// The message about work that a signal has interrupted.
struct Interruption: Error {
    let message: String
}

/// Control-C was pressed while the terminal does not turn it into a signal.
struct KeyboardInterrupt: Error {}

/// Writes one line to standard error.
func complain(_ message: String) {
    try? StandardStream.error.write("martlet: \(TerminalText.line(message))\n")
}

/// Ends the process as the signal would have, so that shells see the cause.
private func end(by number: CInt) {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    kill(getpid(), number)
    // The signal is pending, or is blocked by the parent process.
    exit(128 + number)
}
