import CLibrary
import ArgumentParser
import MartletWeb
import Synchronization
import UnixSignals

/// Does the work of a subcommand: tells of an error in one line, cleans up at Control-C (SIGINT) and SIGTERM, and is
/// quiet when whoever reads the output has gone.
///
/// - Parameter grace: How long the work may take to end after a signal. The default is long enough to remove a file,
///   and short enough for whoever waits for a terminal. A second signal ends it at once.
func perform(grace: Duration = .seconds(1), _ work: @escaping @Sendable () async throws -> Void) async throws {
    // A broken pipe is an error where it is written to, so that files are tidied up.
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

/// What there is to say about work that was cut off by a signal.
struct Interruption: Error {
    let message: String
}

/// Control-C was pressed where the terminal makes no signal of it.
struct KeyboardInterrupt: Error {}

/// One line on standard error.
func complain(_ message: String) {
    try? StandardStream.error.write("martlet: \(TerminalText.line(message))\n")
}

/// Ends as the signal would have ended the process, so that shells know.
private func end(by number: CInt) {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    kill(getpid(), number)
    // The signal is on its way, or is blocked by whoever has started the tool.
    exit(128 + number)
}
