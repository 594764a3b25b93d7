import CLibrary
import Martlet
import NIOCore
import NIOPosix
import Synchronization

/// Writes the lines of logs to a file or a terminal: those of about the same time in one system call.
///
/// Writing a line never blocks: a dedicated thread makes the system calls, which can take for ever if the output is a
/// pipe that is not read. Lines are dropped while too many bytes are pending; ``droppedLines`` counts them. Pending
/// lines are written when the program ends; ``flush(within:)`` waits until they have been.
public final class LogOutput: Sendable {
    /// The standard output of the process.
    public static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)

    private struct State: Sendable {
        var bytes: [UInt8] = []
        /// Whether the thread is writing, or will soon.
        var isWriting = false
        /// Whether lines have been taken and are being written.
        var isTaken = false
        /// Whether the end of the process writes the pending lines.
        var isKnownAtExit = false
        var dropped = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWait = 0
    }

    /// How long the first line waits for others. Waking the thread for each line would cost more than everything else
    /// about it; but pending lines are lost when the process is killed.
    private static let delay = TimeAmount.milliseconds(1)

    let descriptor: CInt
    private let limit: Int
    private let ownsDescriptor: Bool
    private let state = Mutex(State())
    /// The one thread that writes, once there is something to write.
    private let thread = Mutex<NIOThreadPool?>(nil)

    /// An output to a descriptor, which it does not close.
    ///
    /// - Parameter descriptor: The file descriptor to write to.
    /// - Parameter limit: How many bytes may be pending. 1 MiB by default.
    public init(descriptor: CInt, limit: Int = 1_048_576) {
        self.descriptor = descriptor
        self.limit = limit
        ownsDescriptor = false
    }

    /// An output to the end of a file, which is created if there is none.
    ///
    /// - Throws: `FileError`.
    public init(appendingTo path: String, limit: Int = 1_048_576) throws {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        self.limit = limit
        ownsDescriptor = true
        guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
    }

    deinit {
        thread.withLock { $0?.shutdownGracefully { _ in } }
        forgetAtExit()
        if ownsDescriptor, descriptor >= 0 { close(descriptor) }
    }

    /// How many lines were dropped so far, because too many bytes were pending.
    public var droppedLines: Int { state.withLock { $0.dropped } }

    /// Writes a line, which ends with a line feed.
    public func write(_ line: String) {
        let (begins, isFirst) = state.withLock { state -> (Bool, Bool) in
            guard state.bytes.count + line.utf8.count <= limit else {
                state.dropped += 1
                return (false, false)
            }
            state.bytes.append(contentsOf: line.utf8)
            defer { (state.isWriting, state.isKnownAtExit) = (true, true) }
            return (!state.isWriting, !state.isKnownAtExit)
        }
        if isFirst { writeAtExit() }
        guard begins else { return }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.delay) {
            self.startedThread().submit { _ in self.drain() }
        }
    }

    /// Waits until everything that was written before has reached the file or terminal.
    ///
    /// - Parameter limit: How long to wait for an output that accepts nothing, such as a pipe that is not read. Five
    ///   seconds by default.
    public func flush(within limit: Duration = .seconds(5)) async {
        await withCheckedContinuation { continuation in
            let wait = state.withLock { state -> Int? in
                guard state.isWriting else { return nil }
                state.lastWait += 1
                state.waiting[state.lastWait] = continuation
                return state.lastWait
            }
            guard let wait else { return continuation.resume() }
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(limit)) {
                self.state.withLock { $0.waiting.removeValue(forKey: wait) }?.resume()
            }
        }
    }

    /// Takes the pending bytes from the thread that would write them; nil while it writes what it took before.
    func takeRest() -> [UInt8]? {
        state.withLock { state in
            guard !state.isTaken else { return nil }
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    private func startedThread() -> NIOThreadPool {
        thread.withLock { thread in
            if let thread { return thread }
            let new = NIOThreadPool(numberOfThreads: 1)
            new.start()
            thread = new
            return new
        }
    }

    private func drain() {
        while true {
            let (bytes, waiting) = state.withLock { state -> ([UInt8]?, [Int: CheckedContinuation<Void, Never>]) in
                state.isTaken = !state.bytes.isEmpty
                guard state.bytes.isEmpty else {
                    let bytes = state.bytes
                    state.bytes = []
                    return (bytes, [:])
                }
                state.isWriting = false
                defer { state.waiting = [:] }
                return (nil, state.waiting)
            }
            for continuation in waiting.values { continuation.resume() }
            guard let bytes else { return }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EAGAIN {
                    // Another process that shares the output may have made it non-blocking.
                    var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&readiness, 1, -1)
                    continue
                }
                // A log that can't be written must not stop the server: the rest of these lines is lost.
                guard count >= 0 || errno == EINTR else { break }
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }
}

/// The system's `write`, which a method hides.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
