import CLibrary
import Synchronization

/// What is left in the outputs when the process ends.
extension LogOutput {
    /// The outputs that have been written to.
    private static let all = Mutex<[ObjectIdentifier: WeakOutput]>([:])

    private struct WeakOutput: Sendable {
        weak let output: LogOutput?
    }

    /// Makes sure that `exit`, and so the end of the program, writes the pending lines. Called before the first line.
    func writeAtExit() {
        _ = Self.isHooked
        Self.all.withLock { $0[ObjectIdentifier(self)] = WeakOutput(output: self) }
    }

    func forgetAtExit() {
        _ = Self.all.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) }
    }

    private static let isHooked: Bool = {
        atexit { LogOutput.writeAll() }
        return true
    }()

    /// Writes the pending lines of all outputs, and returns when that is done or `limit` has passed. It blocks: call it
    /// before the process is ended in a way that runs no other code, as by a signal. `exit` and the end of the main
    /// program do it by themselves.
    ///
    /// - Parameter limit: One second by default.
    public static func writeAll(within limit: Duration = .seconds(1)) {
        let end = ContinuousClock.now + limit
        for output in all.withLock({ Array($0.values) }) { output.output?.writeRest(until: end) }
    }

    private func writeRest(until end: ContinuousClock.Instant) {
        while ContinuousClock.now < end {
            guard let bytes = takeRest() else {
                // The thread is writing, which does not take long, or takes for ever.
                usleep(1_000)
                continue
            }
            if bytes.isEmpty { return }
            writeNow(bytes, until: end)
        }
    }

    /// Writes as much as the output accepts in time.
    private func writeNow(_ bytes: [UInt8], until end: ContinuousClock.Instant) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let time = ContinuousClock.now.duration(to: end).components
            let milliseconds = time.seconds * 1_000 + time.attoseconds / 1_000_000_000_000_000
            var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard milliseconds > 0, poll(&readiness, 1, CInt(clamping: milliseconds)) == 1 else { return }
            // A pipe that is ready accepts this many bytes without waiting (`PIPE_BUF`).
            let part = rest.prefix(4_096)
            let count = part.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR || errno == EAGAIN else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}

/// The system's `write`, which a method hides.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
