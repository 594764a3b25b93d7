import CLibrary
import Martlet
import NIOCore
import NIOPosix
import Synchronization

/// A file that has no name until it is complete. Whatever happens before that, nothing of it stays on the disk.
///
/// If the system has nameless files (`O_TMPFILE`), it is one: not even a crash leaves anything. Elsewhere it has a
/// temporary name, which is removed with the draft. Its members block; call them within ``run(_:)``.
final class FileDraft: Sendable {
    /// How a draft is kept until it is published.
    enum Form: Sendable {
        /// Without a name if the system supports that, else with one.
        case unnamed
        /// With a name that begins with a dot.
        case named
    }

    /// The directory, as a descriptor: what happens to its path in the meantime does not matter.
    private let directory: Descriptor
    private let path: String
    private let file: Descriptor
    /// The temporary name, to be removed.
    private let temporaryName: Mutex<String?>

    /// Runs `body` on a thread that may block.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    /// Creates a file.
    ///
    /// - Parameters:
    ///   - path: The directory that it will be in.
    ///   - permissions: The permissions of the user, the group and others, limited by the process's umask.
    /// - Throws: `FileError`.
    init(in path: String, permissions: mode_t, form: Form = .unnamed) throws(FileError) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
        directory = Descriptor(folder)
        self.path = path
        if form == .unnamed, let unnamed = Self.openUnnamed(in: directory, permissions) {
            file = unnamed
            temporaryName = Mutex(nil)
        } else {
            let name = Self.randomName()
            let descriptor = openat(directory.number, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
            guard descriptor >= 0 else { throw FileError(operation: "create", path: "\(path)/\(name)", code: errno) }
            file = Descriptor(descriptor, mayHoldLastLink: true)
            temporaryName = Mutex(name)
        }
    }

    deinit {
        if let name = temporaryName.withLock({ $0 }) { unlinkat(directory.number, name, 0) }
    }

    /// Appends bytes.
    func append(_ bytes: ByteBuffer) throws(FileError) {
        var rest = bytes
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { write(file.number, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileError(operation: "write", path: path, code: errno) }
            rest.moveReaderIndex(forwardBy: max(count, 0))
        }
    }

    /// Reads at most `count` bytes; none at the end of the file.
    func read(at offset: Int, count: Int) throws(FileError) -> ByteBuffer {
        var buffer = ByteBuffer()
        var result = 0
        repeat {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                result = pread(file.number, bytes.baseAddress, min(count, bytes.count), off_t(offset))
                return max(result, 0)
            }
        } while result < 0 && errno == EINTR
        guard result >= 0 else { throw FileError(operation: "read", path: path, code: errno) }
        return buffer
    }

    /// Waits until the bytes are on the disk.
    func synchronize() throws(FileError) {
        guard fsync(file.number) == 0 else { throw FileError(operation: "write", path: path, code: errno) }
    }

    /// Gives the file its name, under which it appears complete.
    ///
    /// - Parameter replacing: Whether to replace a file of that name.
    /// - Throws: `FileError`, with `EEXIST` when there is a file of that name and it is not to be replaced.
    func publish(as name: String, replacing: Bool = false) throws(FileError) {
        // It has two names for a moment, so that it is never without one.
        let oldName = temporaryName.withLock { $0 }
        let newName = replacing ? Self.randomName() : name
        let result =
            if let oldName {
                linkat(directory.number, oldName, directory.number, newName, 0)
            } else {
                linkat(AT_FDCWD, "/proc/self/fd/\(file.number)", directory.number, newName, AT_SYMLINK_FOLLOW)
            }
        guard result == 0 else { throw FileError(operation: "create", path: "\(path)/\(name)", code: errno) }
        if let oldName {
            unlinkat(directory.number, oldName, 0)
            temporaryName.withLock { $0 = nil }
        }
        guard replacing else { return }
        guard renameat(directory.number, newName, directory.number, name) == 0 else {
            let code = errno
            unlinkat(directory.number, newName, 0)
            throw FileError(operation: "create", path: "\(path)/\(name)", code: code)
        }
    }

    /// Waits until the name is on the disk too.
    func synchronizeDirectory() {
        // Some file systems can't, and need not, do that.
        fsync(directory.number)
    }

    private static func randomName() -> String {
        ".martlet-\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
    }

    private static func openUnnamed(in directory: Descriptor, _ permissions: mode_t) -> Descriptor? {
        #if os(Linux)
            // The file gets its name through this directory.
            guard access("/proc/self/fd", X_OK) == 0 else { return nil }
            let temporary: CInt = 0o20_000_000 | O_DIRECTORY
            let descriptor = openat(directory.number, ".", temporary | O_RDWR | O_CLOEXEC, permissions)
            return descriptor >= 0 ? Descriptor(descriptor, mayHoldLastLink: true) : nil
        #else
            return nil
        #endif
    }
}
