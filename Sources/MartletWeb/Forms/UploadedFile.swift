import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// A file of a form that has been read: in memory if it is small, else in a nameless file on the disk.
///
/// Nothing has to be cleaned up: the file is deleted when the last copy of this value goes away, unless it was saved.
public struct UploadedFile: Sendable {
    enum Storage: Sendable {
        case memory(ByteBuffer)
        case disk(FileDraft)
    }

    /// The head of the file's part of the form.
    public let head: FormDataHead
    /// How many bytes the file has.
    public let count: Int
    let storage: Storage

    /// The name of the form's field.
    public var name: String { head.name }

    /// The name of the file as its sender calls it; empty if it has none. Never use it as a path.
    public var fileName: String { head.fileName ?? "" }

    /// The media type that the sender declares; nil if there is none.
    public var mediaType: MediaType? { head.mediaType }

    /// The fields of the part's head.
    public var headers: HTTPFields { head.fields }

    /// Whether the file is held in memory.
    public var isInMemory: Bool {
        if case .memory = storage { true } else { false }
    }
}

extension UploadedFile {
    /// The content of a file, buffer by buffer. It can be read any number of times.
    public struct Content: AsyncSequence, Sendable {
        /// A buffer of bytes.
        public typealias Element = ByteBuffer

        fileprivate let storage: Storage

        /// Reads the buffers in order.
        public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
            private static let pieceSize = 131_072

            fileprivate let storage: Storage
            fileprivate var offset = 0

            /// The next bytes, or nil at the end.
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

        /// An iterator that starts at the first byte.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(storage: storage)
        }
    }

    /// The content, buffer by buffer.
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
    /// - Throws: `HTTPError` with 400 or 415 when the bytes are not text; otherwise what ``collect(upTo:)`` throws.
    public func text(upTo limit: Int = 67_108_864) async throws -> String {
        try TextEncoding(of: mediaType).decode(try await collect(upTo: limit))
    }

    /// Writes the content to a file, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - path: The path of the file. Don't derive it from ``fileName`` without an ``UploadName``.
    ///   - replacing: Whether to replace an existing file. If not, which is the default, `FileError` with `EEXIST` is
    ///     thrown.
    /// - Throws: `FileError`. Nothing is then left on the disk.
    public func save(to path: String, replacing: Bool = false) async throws {
        let place = FilePlace(path)
        var writer = try await FileDraftWriter(in: place.directory, permissions: 0o666)
        for try await bytes in content { try await writer.write(bytes) }
        try await writer.publish(as: place.name, replacing: replacing, isDurable: false)
    }
}
