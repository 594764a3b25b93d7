import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A file of a form that has been read: in memory if it is small, else on the disk under no name.
///
/// Nothing has to be cleaned up: the file is gone when nobody holds it any more, unless it was saved.
public struct UploadedFile: Sendable {
    enum Storage: Sendable {
        case memory(ByteBuffer)
        case disk(FileDraft)
    }

    /// What the form says of the file.
    public let head: FormDataHead
    /// How many bytes the file has.
    public let count: Int
    let storage: Storage

    /// The name of the form's field.
    public var name: String { head.name }

    /// The name of the file as its sender calls it; empty if it has none. Never use it as a path.
    public var fileName: String { head.fileName ?? "" }

    /// The media type that its sender takes it for; nil if none is given.
    public var mediaType: MediaType? { head.mediaType }

    /// The fields of the part's head.
    public var headers: HTTPFields { head.fields }

    /// Whether the file is held in memory.
    public var isInMemory: Bool {
        if case .memory = storage { true } else { false }
    }
}

extension UploadedFile {
    /// The content of a file, run by run. It can be read any number of times.
    public struct Content: AsyncSequence, Sendable {
        /// A run of bytes.
        public typealias Element = ByteBuffer

        fileprivate let storage: Storage

        /// Reads the runs of bytes in order.
        public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
            private static let pieceSize = 131_072

            fileprivate let storage: Storage
            fileprivate var offset = 0

            /// The next run of bytes, or nil at the end.
            ///
            /// - Throws: `FileError`, or `CancellationError`.
            public mutating func next() async throws -> ByteBuffer? {
                try Task.checkCancellation()
                let bytes: ByteBuffer
                switch storage {
                case .memory(let whole):
                    bytes = offset == 0 ? whole : ByteBuffer()
                case .disk(let draft):
                    bytes = try await FileDraft.run { [offset] in try draft.read(at: offset, count: Self.pieceSize) }
                }
                offset += bytes.readableBytes
                return bytes.readableBytes > 0 ? bytes : nil
            }
        }

        /// Begins at the first byte.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(storage: storage)
        }
    }

    /// The content, run by run.
    public var content: Content { Content(storage: storage) }

    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept. 64 MiB by default.
    /// - Throws: `HTTPBodyError.tooLarge`, which is answered 413, or `FileError`.
    public func collect(upTo limit: Int = 67_108_864) async throws -> ByteBuffer {
        guard count <= limit else { throw HTTPBodyError.tooLarge(limit: limit) }
        if case .memory(let bytes) = storage { return bytes }
        var whole = ByteBuffer()
        for try await bytes in content { whole.writeImmutableBuffer(bytes) }
        return whole
    }

    /// The whole content as text, in the character set that the media type names, or else in UTF-8.
    ///
    /// - Throws: `HTTPError` with 400 or 415 when the bytes are not text; else as ``collect(upTo:)``.
    public func text(upTo limit: Int = 67_108_864) async throws -> String {
        try TextEncoding(of: mediaType).decode(try await collect(upTo: limit))
    }

    /// Writes the content to a file, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - path: Where to. Don't make it of ``fileName`` without a ``UploadName``.
    ///   - replacing: Whether a file that is there gives way. If not, which is the default, `FileError` with `EEXIST` is
    ///     thrown.
    /// - Throws: `FileError`. Nothing is left on the disk then.
    public func save(to path: String, replacing: Bool = false) async throws {
        let place = FilePlace(path)
        var writer = try await FileDraftWriter(in: place.directory, permissions: 0o666)
        for try await bytes in content { try await writer.write(bytes) }
        try await writer.publish(as: place.name, replacing: replacing, isDurable: false)
    }
}
