import CLibrary
import NIOCore
import NIOPosix

/// A file that is written incrementally. Its members block; call them within ``run(_:)``.
final class LocalFile: Sendable {
    private let path: String
    private let descriptor: CInt

    /// Runs `body` on a thread pool for blocking work.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    /// Creates a file, which must not exist yet, for writing.
    init(creating path: String) throws(HTTPClientError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Self.failure(path) }
    }

    deinit {
        close(descriptor)
    }

    /// Appends bytes.
    func append(_ buffer: ByteBuffer) throws(HTTPClientError) {
        var rest = buffer
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw Self.failure(path) }
            rest.moveReaderIndex(forwardBy: max(count, 0))
        }
    }

    /// Throws if there is something other than a file at `path`, such as a device, which must not be replaced.
    static func checkIsReplaceable(_ path: String) throws(HTTPClientError) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG else { return }
        throw .fileError("\(path) can't be written: it is not a file")
    }

    /// Renames a file; replaces a file with the new name.
    static func rename(_ path: String, to newPath: String) throws(HTTPClientError) {
        let result = CLibrary.rename(path, newPath)
        guard result == 0 else { throw failure(newPath) }
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    private static func failure(_ path: String) -> HTTPClientError {
        .fileError("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
}
