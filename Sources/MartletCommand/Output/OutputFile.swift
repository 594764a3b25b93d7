import CLibrary
import NIOCore

/// A file or a device that is written to as bytes arrive. Its members block.
final class OutputFile: Sendable {
    private let path: String
    private let descriptor: CInt

    /// Opens or creates the file at `path`.
    ///
    /// - Parameter keepsContent: Whether to append to the contents instead of replacing them.
    init(_ path: String, keepsContent: Bool = false) throws(CommandFailure) {
        self.path = path
        let flag = keepsContent ? O_APPEND : O_TRUNC
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o666)
        if descriptor < 0 { throw Self.failure(path) }
    }

    deinit {
        close(descriptor)
    }

    func append(_ buffer: ByteBuffer) throws {
        var rest = buffer
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest.moveReaderIndex(forwardBy: count)
            } else if errno == EPIPE {
                throw BrokenPipe()
            } else if errno != EINTR {
                throw Self.failure(path)
            }
        }
    }

    /// The size of a file in bytes; nil if there is none.
    static func size(of path: String) -> Int? {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(info.st_size)
    }

    /// Whether there is something other than a file, such as a device, which is written to and not replaced.
    static func isDevice(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG
    }

    /// The target of a symbolic link; the path itself if it is not one.
    static func target(of path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The first bytes of a small file; nil if there is none.
    static func text(of path: String, upTo limit: Int) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = read(descriptor, &bytes, limit)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }

    static func move(_ path: String, to newPath: String) throws(CommandFailure) {
        if rename(path, newPath) != 0 { throw failure(newPath) }
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    private static func failure(_ path: String) -> CommandFailure {
        let reason = String(cString: strerror(errno))
        return CommandFailure(.fileError, "\(path) can't be written: \(reason). Choose another file with --output.")
    }
}
