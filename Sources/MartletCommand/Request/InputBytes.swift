import CLibrary
import Martlet
import NIOCore
import NIOPosix

/// The bytes of standard input, or of something that is not a file, such as a named pipe.
struct InputBytes: AsyncSequence, Sendable {
    private static let pieceSize = 65_536
    /// Reading may wait for the writer forever, so it has its own thread, apart from those for files.
    private static let threads = {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        return threads
    }()

    fileprivate final class Descriptor: Sendable {
        let number: CInt
        init(_ number: CInt) { self.number = number }
        deinit { close(number) }
    }

    private let descriptor: Descriptor

    static func standardInput() -> InputBytes {
        InputBytes(descriptor: Descriptor(dup(0)))
    }

    static func path(_ path: String) throws(CommandFailure) -> InputBytes {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else {
            throw CommandFailure(.fileError, "\(path) can't be read: \(String(cString: strerror(errno))).")
        }
        return InputBytes(descriptor: Descriptor(number))
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let descriptor: Descriptor

        mutating func next() async throws -> ByteBuffer? {
            let descriptor = descriptor
            let bytes = try await InputBytes.threads.runIfActive { try InputBytes.read(descriptor.number) }
            return bytes.readableBytes == 0 ? nil : bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(descriptor: descriptor)
    }

    /// All of the input if it has at most `limit` bytes; otherwise its beginning, which has more than that.
    func collect(upTo limit: Int) async throws -> (bytes: ByteBuffer, isComplete: Bool) {
        var whole = ByteBuffer()
        for try await bytes in self {
            whole.writeImmutableBuffer(bytes)
            if whole.readableBytes > limit { return (whole, false) }
        }
        return (whole, true)
    }

    private static func read(_ descriptor: CInt) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: pieceSize)
        var failure: CommandFailure?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: pieceSize) { bytes in
            while true {
                let count = systemRead(descriptor, bytes.baseAddress, bytes.count)
                if count >= 0 { return count }
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    poll(&wait, 1, -1)
                    continue
                }
                failure = CommandFailure(.fileError, "The input can't be read: \(String(cString: strerror(errno))).")
                return 0
            }
        }
        if let failure { throw failure }
        return buffer
    }
}

private func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
