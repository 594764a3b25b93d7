import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// One field of a form that is being read, which may be a file.
public struct MultipartPart: Sendable {
    /// The head of the part.
    public let head: FormDataHead
    let reader: MultipartReader
    let number: Int

    /// The name of the form's field.
    public var name: String { head.name }

    /// The name of the file as its sender calls it; nil if the part is not a file. Never use it as a path.
    public var fileName: String? { head.fileName }

    /// The media type; nil if none is given, which means plain text, or a malformed one.
    public var mediaType: MediaType? { head.mediaType }

    /// The fields of the part's head.
    public var headers: HTTPFields { head.fields }

    /// Whether the part is a file: it has a file name.
    public var isFile: Bool { head.isFile }

    /// Whether the content is text: no media type is given, or `text/*`, or JSON.
    public var isText: Bool { head.isText }

    /// The content, as it arrives. It is gone once the next part is asked for.
    public var body: Body { Body(reader: reader, number: number) }

    /// The content of a part, buffer by buffer.
    public struct Body: AsyncSequence, Sendable {
        /// A buffer of bytes.
        public typealias Element = ByteBuffer

        fileprivate let reader: MultipartReader
        fileprivate let number: Int

        /// Reads the buffers in order.
        public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
            fileprivate let reader: MultipartReader
            fileprivate let number: Int

            /// The next bytes, or nil at the end of the part.
            ///
            /// - Throws: `MultipartError`, `HTTPBodyError`, or `CancellationError`.
            public mutating func next() async throws -> ByteBuffer? {
                try await reader.nextContent(ofPart: number)
            }
        }

        /// An iterator that starts or continues reading.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: reader, number: number)
        }
    }
}

extension MultipartPart {
    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept. 1 MiB by default.
    /// - Throws: `HTTPBodyError.tooLarge`, which is answered 413; otherwise what ``Body`` throws.
    public func collect(upTo limit: Int = 1_048_576) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await bytes in body {
            guard bytes.readableBytes <= limit - whole.readableBytes else { throw HTTPBodyError.tooLarge(limit: limit) }
            whole.writeImmutableBuffer(bytes)
        }
        return whole
    }

    /// The whole content as text, in the character set that its media type names, or else that of the form.
    ///
    /// - Parameter limit: The most bytes to accept. 1 MiB by default.
    /// - Throws: `HTTPError` with 400 when the bytes are not text in that character set, 415 when that is not known;
    ///   otherwise what ``collect(upTo:)`` throws.
    public func text(upTo limit: Int = 1_048_576) async throws -> String {
        let bytes = try await collect(upTo: limit)
        let text = try TextEncoding(of: mediaType, otherwise: reader.encoding).decode(bytes)
        if isCharset { reader.encoding = try TextEncoding(formCharset: text) }
        return text
    }

    /// Writes the content to a file, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - path: The path of the file. Don't derive it from ``fileName`` without an ``UploadName``.
    ///   - replacing: Whether to replace an existing file. If not, which is the default, `FileError` with `EEXIST` is
    ///     thrown.
    /// - Returns: How many bytes it has.
    /// - Throws: `FileError`, or what ``Body`` throws. Nothing is then left on the disk.
    @discardableResult
    public func save(to path: String, replacing: Bool = false) async throws -> Int {
        let place = FilePlace(path)
        var writer = try await FileDraftWriter(in: place.directory, permissions: 0o666)
        for try await bytes in body { try await writer.write(bytes) }
        try await writer.publish(as: place.name, replacing: replacing, isDurable: false)
        return writer.count
    }

    /// Whether the part names the character set of the others (RFC 7578 section 4.6).
    var isCharset: Bool { name == "_charset_" && !isFile }
}

extension TextEncoding {
    /// The character set that a form's field `_charset_` names.
    init(formCharset text: String) throws(HTTPError) {
        guard let encoding = TextEncoding(charset: text) else {
            throw HTTPError(.unsupportedMediaType, "The character set \(text) is not supported. Send UTF-8.")
        }
        self = encoding
    }
}
