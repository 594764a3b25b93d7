import Martlet
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Takes the lines of logs to a file or a terminal: those of a moment together, in one call of the system.
///
/// Writing a line never waits: a thread that does nothing else hands it to the system, which can take for ever where the
/// output is a pipe that is not read. Lines are dropped while a bounded number of bytes waits to be taken. How many were dropped, ``droppedLines`` tells. Call ``flush()`` before the process ends.
public final class LogOutput: Sendable {
    /// The standard output of the process.
    public static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)

    private struct State: Sendable {
        var bytes: [UInt8] = []
        /// Whether a thread writes, or will soon.
        var isWriting = false
        var dropped = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// How long the first line waits for others. To wake a thread for each would cost more than all else about them.
    private static let delay = TimeAmount.milliseconds(20)

    private let descriptor: CInt
    private let limit: Int
    private let ownsDescriptor: Bool
    private let state = Mutex(State())
    /// The one thread that writes, once there is something to write.
    private let thread = Mutex<NIOThreadPool?>(nil)

    /// An output to a descriptor that somebody else closes.
    ///
    /// - Parameter limit: How many bytes may wait. 1 MiB by default.
    public init(descriptor: CInt, limit: Int = 1_048_576) {
        self.descriptor = descriptor
        self.limit = limit
        ownsDescriptor = false
    }

    /// An output to the end of a file, which is made if there is none.
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
        if ownsDescriptor, descriptor >= 0 { close(descriptor) }
    }

    /// How many lines were dropped so far, because too many bytes waited.
    public var droppedLines: Int { state.withLock { $0.dropped } }

    /// Writes a line, which ends with a line feed.
    public func write(_ line: String) {
        let begins = state.withLock { state in
            guard state.bytes.count + line.utf8.count <= limit else {
                state.dropped += 1
                return false
            }
            state.bytes.append(contentsOf: line.utf8)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard begins else { return }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.delay) {
            self.startedThread().submit { _ in self.drain() }
        }
    }

    /// Waits until everything that was written before is where it is to go.
    public func flush() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.isWriting { state.waiting.append(continuation) }
                return !state.isWriting
            }
            if isIdle { continuation.resume() }
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
            let (bytes, waiting) = state.withLock { state -> ([UInt8]?, [CheckedContinuation<Void, Never>]) in
                guard state.bytes.isEmpty else {
                    let bytes = state.bytes
                    state.bytes = []
                    return (bytes, [])
                }
                state.isWriting = false
                defer { state.waiting = [] }
                return (nil, state.waiting)
            }
            for continuation in waiting { continuation.resume() }
            guard let bytes else { return }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EAGAIN {
                    // Another process that has the output too may have told it not to wait.
                    var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&readiness, 1, -1)
                    continue
                }
                // A log that can't be written must not stop the server: what is left of these lines is lost.
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
