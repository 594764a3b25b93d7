import CLibrary
import NIOCore
import NIOPosix

/// A file that is open for reading, so that responses can send parts of it.
///
/// ```swift
/// let file = try await OpenFile.open("picture.jpg")
/// try await request.response.end(file, 0..<file.byteCount())
/// ```
///
/// The file is closed when the last reference is released. Any number of responses may send it at the same time.
public final class OpenFile: Sendable {
    /// How many bytes one call of `sendfile` sends. The file's length is checked between calls.
    static let regionSize = 1_048_576
    /// How many bytes are read at a time where `sendfile` can't be used.
    static let pieceSize = 131_072

    /// The file descriptor. It stays open as long as this object lives; don't close it.
    public let descriptor: CInt

    /// Takes ownership of an open descriptor, which this object closes.
    public init(takingOwnershipOf descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Opens a file, on a thread for blocking work.
    ///
    /// - Throws: ``FileError``; `EINVAL` for anything but a regular file: opening a pipe would wait for its writer.
    public static func open(_ path: String) async throws -> OpenFile {
        try await NIOThreadPool.singleton.runIfActive { try OpenFile(path) }
    }

    private init(_ path: String) throws(FileError) {
        // Checked again below: meanwhile the name can refer to something else.
        var info = stat()
        guard stat(path, &info) == 0 else { throw FileError(operation: "open", path: path, code: errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError(operation: "open", path: path, code: EINVAL) }
        descriptor = CLibrary.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw FileError(operation: "open", path: path, code: EINVAL)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The current length of the file in bytes.
    public func byteCount() throws(FileError) -> Int {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw FileError(operation: "read", path: "a file", code: errno) }
        return Int(info.st_size)
    }

    /// Reads the bytes of `range`, or fewer if the file ends before. The call blocks on the disk.
    public func read(_ range: Range<Int>) throws(FileError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        while buffer.readableBytes < range.count {
            let (offset, missing) = (range.lowerBound + buffer.readableBytes, range.count - buffer.readableBytes)
            var result = 0
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: missing) { space in
                result = pread(descriptor, space.baseAddress, missing, off_t(offset))
                return max(result, 0)
            }
            if result == 0 { break }
            guard result > 0 || errno == EINTR else { throw FileError(operation: "read", path: "a file", code: errno) }
        }
        return buffer
    }
}

/// A part of an open file that is queued for a socket.
struct FileSlice: Sendable {
    let file: OpenFile
    let range: Range<Int>

    var byteCount: Int { range.count }

    /// Whether the file still has all of these bytes.
    var isIntact: Bool {
        ((try? file.byteCount()) ?? 0) >= range.upperBound
    }
}

extension ChannelHandlerContext {
    /// Writes a part of a file without reading it into memory (`sendfile`). Call this on the loop.
    ///
    /// - Parameter completion: Called when the socket has accepted all of it, or has failed.
    func write(_ slice: FileSlice, completion: @escaping () -> Void) {
        // Each write needs its own handle: NIO lets only one channel use a handle at a time.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: slice.file.descriptor)
        let region = FileRegion(
            fileHandle: handle,
            readerIndex: slice.range.lowerBound,
            endIndex: slice.range.upperBound
        )
        let sent = eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            // Returns the descriptor to the file, which lives at least until here.
            withExtendedLifetime(slice) { _ = try? handle.takeDescriptorOwnership() }
            completion()
        }
        write(NIOAny(IOData.fileRegion(region)), promise: sent)
    }
}
