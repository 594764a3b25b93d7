import CLibrary
import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix

/// The content of a request.
///
/// A string literal will do: `client.post(url, body: "Hello")`.
public struct HTTPRequestBody: Sendable, ExpressibleByStringLiteral {
    enum Source: Sendable {
        case whole(OutgoingContent)
        /// Content that `write` writes each time it is sent.
        case stream(write: @Sendable (OutgoingBody) async throws -> Void)
    }

    let source: Source
    /// How many bytes the content has; nil when it is sent in chunks.
    public let length: Int?
    /// The media type that is sent as `Content-Type` if the request has no such field.
    public let contentType: String?
    /// Whether the content can be sent again after a redirect, for authentication or on another connection.
    public let isRepeatable: Bool

    init(_ content: OutgoingContent, contentType: String?) {
        self.source = .whole(content)
        self.length = content.byteCount
        self.contentType = contentType
        self.isRepeatable = true
    }

    init(
        length: Int?,
        contentType: String?,
        isRepeatable: Bool,
        write: @escaping @Sendable (OutgoingBody) async throws -> Void
    ) {
        self.source = .stream(write: write)
        self.length = length
        self.contentType = contentType
        self.isRepeatable = isRepeatable
    }

    /// A text, as UTF-8.
    public init(stringLiteral text: String) {
        self = .text(text)
    }

    /// A text, as UTF-8. The media type is `text/plain; charset=utf-8` by default.
    public static func text(_ text: String, contentType: String = "text/plain; charset=utf-8") -> HTTPRequestBody {
        HTTPRequestBody(.text(text), contentType: contentType)
    }

    /// Bytes. No media type is sent by default.
    public static func bytes(_ bytes: some Sequence<UInt8>, contentType: String? = nil) -> HTTPRequestBody {
        HTTPRequestBody(.buffer(ByteBuffer(bytes: bytes)), contentType: contentType)
    }

    /// The readable bytes of a buffer. No media type is sent by default.
    public static func buffer(_ buffer: ByteBuffer, contentType: String? = nil) -> HTTPRequestBody {
        HTTPRequestBody(.buffer(buffer), contentType: contentType)
    }

    /// A value as JSON; the media type is `application/json; charset=utf-8`.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - format: The form of dates and names; ``JSONFormat/standard`` by default.
    /// - Throws: `EncodingError`.
    public static func json(_ value: some Encodable, format: JSONFormat = .standard) throws -> HTTPRequestBody {
        HTTPRequestBody(.buffer(try format.encode(value)), contentType: "application/json; charset=utf-8")
    }

    /// The fields of a form; the media type is `application/x-www-form-urlencoded`.
    ///
    /// ```swift
    /// _ = try await client.post(url, body: .form(["name": "Han Solo"]))
    /// ```
    public static func form(_ fields: QueryParameters) -> HTTPRequestBody {
        HTTPRequestBody(.text(fields.description), contentType: "application/x-www-form-urlencoded")
    }

    /// The bytes of `source`, sent as they arrive. They can't be sent twice.
    ///
    /// - Parameters:
    ///   - source: The source of the bytes. It is asked for more when the connection has room.
    ///   - length: How many bytes there will be; nil, the default, sends chunks.
    ///   - contentType: The media type; none is sent by default.
    public static func stream<Source: AsyncSequence & Sendable>(
        _ source: Source,
        length: Int? = nil,
        contentType: String? = nil
    ) -> HTTPRequestBody where Source.Element == ByteBuffer {
        HTTPRequestBody(length: length, contentType: contentType, isRepeatable: false) { body in
            for try await bytes in source {
                try await body.send(.buffer(bytes))
            }
        }
    }

    /// The texts of `source` as UTF-8, sent as they arrive. They can't be sent twice.
    public static func stream<Source: AsyncSequence & Sendable>(
        texts source: Source,
        contentType: String = "text/plain; charset=utf-8"
    ) -> HTTPRequestBody where Source.Element == String {
        HTTPRequestBody(length: nil, contentType: contentType, isRepeatable: false) { body in
            for try await text in source {
                try await body.send(.text(text))
            }
        }
    }
}

extension HTTPRequestBody {
    /// The content of a file, which is read piece by piece while it is sent, off the event loops.
    ///
    /// - Parameters:
    ///   - path: The file. It must not become shorter until the request has been sent.
    ///   - contentType: The media type; none is sent by default.
    /// - Throws: ``FileError`` when the file can't be read.
    public static func file(_ path: String, contentType: String? = nil) async throws -> HTTPRequestBody {
        let length = try await OpenFile.open(path).byteCount()
        return HTTPRequestBody(length: length, contentType: contentType, isRepeatable: true) { body in
            try await body.send(contentsOf: path, length: length)
        }
    }
}

extension OutgoingBody {
    /// Adds the first `length` bytes of a file to the content.
    fileprivate func send(contentsOf path: String, length: Int) async throws {
        let file = try await OpenFile.open(path)
        var offset = 0
        while offset < length {
            let piece = offset..<min(offset + OpenFile.pieceSize, length)
            let bytes = try await NIOThreadPool.singleton.runIfActive { try file.read(piece) }
            guard bytes.readableBytes > 0 else { throw FileError(operation: "read", path: path, code: ENODATA) }
            offset += bytes.readableBytes
            try await send(.buffer(bytes))
        }
    }
}

extension HTTPRequestBody {
    /// A form with files (RFC 7578). What is not in memory is read while it is sent.
    ///
    /// ```swift
    /// var form = MultipartFormData()
    /// form.append("Han Solo", named: "name")
    /// _ = try await client.post(url, body: .multipart(form))
    /// ```
    public static func multipart(_ form: MultipartFormData) -> HTTPRequestBody {
        HTTPRequestBody(
            length: form.contentLength,
            contentType: form.contentType.description,
            isRepeatable: form.isRepeatable
        ) { body in
            for segment in form.segments {
                switch segment {
                case .bytes(let bytes):
                    try await body.send(.buffer(bytes))
                case .file(let path, let length):
                    try await body.send(contentsOf: path, length: length)
                case .stream(let source, _):
                    try await source.forEach { try await body.send(.buffer($0)) }
                }
            }
        }
    }
}
