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
    init(creating path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw FileError(operation: "create", path: path, code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Appends bytes.
    func append(_ buffer: ByteBuffer) throws(FileError) {
        var rest = buffer
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileError(operation: "write", path: path, code: errno) }
            rest.moveReaderIndex(forwardBy: max(count, 0))
        }
    }

    /// Throws if there is something other than a file at `path`, such as a device, which must not be replaced.
    static func checkIsReplaceable(_ path: String) throws(FileError) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG else { return }
        throw FileError(operation: "write", path: path, code: EINVAL)
    }

    /// Renames a file; replaces a file with the new name.
    static func rename(_ path: String, to newPath: String) throws(FileError) {
        let result = CLibrary.rename(path, newPath)
        guard result == 0 else { throw FileError(operation: "write", path: newPath, code: errno) }
    }

    static func remove(_ path: String) {
        unlink(path)
    }
}
