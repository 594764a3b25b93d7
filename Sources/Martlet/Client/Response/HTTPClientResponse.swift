import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// The response to a request.
///
/// The content is read with ``text(upTo:)``, ``json(_:upTo:format:)``, ``collect(upTo:)``, ``save(to:progress:)`` or piece by
/// piece from ``body``, once. Dropping a response that was not read to its end closes its connection or, with HTTP/2,
/// resets its stream, unless little of it is left.
public struct HTTPClientResponse: Sendable {
    /// Whether the content was compressed, and whether the client decompresses it.
    public enum CompressionState: Sendable, Hashable {
        /// The content was sent uncompressed.
        case notCompressed
        /// The content was sent compressed and is decompressed as it is read. `Content-Encoding` and `Content-Length`,
        /// which describe what was sent, are removed from the headers.
        case decompressed
        /// The content is compressed, as `Content-Encoding` says. So is a part of compressed content (206), which can't
        /// be decompressed by itself.
        case compressed
    }

    /// The URL of the request that was answered, after redirects.
    public let url: HTTPURL
    /// The method of the request that was answered.
    public let method: HTTPRequest.Method
    /// The status: code and reason phrase.
    public let status: HTTPResponse.Status
    /// The version of HTTP of the response.
    public let version: HTTPVersion
    /// The redirects that led here.
    public let redirects: [RedirectInfo]
    /// Whether the content was compressed, and whether the client decompresses it.
    public let compressionState: CompressionState
    /// Whether the connection can be used for further requests.
    public let isPersistent: Bool
    /// The content, as it arrives.
    public let body: HTTPBody

    /// The parts that following the redirect takes; nil for other responses.
    let origin: Origin?
    private let fields: Fields
    let connection: ConnectionIdentity?
    private let maximumCollectedBytes: Int

    /// The fields, made when they are first needed.
    private final class Fields: Sendable {
        private let block: FieldBlock
        private let removed: [HTTPField.Name]
        private let made: Mutex<HTTPFields?>

        init(_ block: FieldBlock, without removed: [HTTPField.Name]) {
            self.block = block
            self.removed = removed
            self.made = Mutex(nil)
        }

        init(_ fields: HTTPFields, without removed: [HTTPField.Name]) {
            var fields = fields
            for name in removed { fields[name] = nil }
            self.block = FieldBlock()
            self.removed = []
            self.made = Mutex(fields)
        }

        var value: HTTPFields {
            made.withLock { made in
                if let made { return made }
                var fields = block.makeHTTPFields()
                for name in removed { fields[name] = nil }
                made = fields
                return fields
            }
        }
    }

    init(_ incoming: IncomingResponse, to draft: RequestDraft, after redirects: [RedirectInfo], core: ClientCore) throws
    {
        let configuration = core.configuration
        let head = incoming.head
        // A part of compressed content can't be decompressed by itself.
        let isPart = head.statusCode == HTTPResponse.Status.partialContent.code
        let codings = isPart ? nil : Self.codings(head.fields)
        var source = incoming.body
        if let body = incoming.body, let codings, !codings.isEmpty, configuration.decompresses {
            source = try Self.decoded(body, codings, configuration)
            self.compressionState = .decompressed
            self.fields = Fields(head.fields, without: Self.codingFields)
        } else {
            self.compressionState = codings == [] ? .notCompressed : .compressed
            self.fields = Fields(head.fields, without: [])
        }
        self.url = draft.url
        self.method = draft.method
        self.status = head.status
        self.version = head.version
        self.redirects = redirects
        self.isPersistent = head.isPersistent
        self.body = HTTPBody(source: source)
        self.connection = incoming.connection
        self.origin = RedirectPolicy.isRedirect(head.status) ? Origin(draft, core) : nil
        self.maximumCollectedBytes = configuration.maximumCollectedBytes
    }

    /// A response that did not come from a connection.
    init(
        status: HTTPResponse.Status,
        headers: HTTPFields,
        body: ByteBuffer,
        to draft: RequestDraft,
        after redirects: [RedirectInfo],
        core: ClientCore
    ) throws {
        let configuration = core.configuration
        var source: any BodySource = WholeBody(body)
        let codings = ContentCoding.codings(in: headers[values: .contentEncoding])
        if body.readableBytes > 0, configuration.decompresses, status != .partialContent, let codings,
            !codings.isEmpty
        {
            source = try Self.decoded(source, codings, configuration)
            self.compressionState = .decompressed
            self.fields = Fields(headers, without: Self.codingFields)
        } else {
            self.compressionState = codings == [] ? .notCompressed : .compressed
            self.fields = Fields(headers, without: [])
        }
        self.url = draft.url
        self.method = draft.method
        self.status = status
        self.version = .http1_1
        self.redirects = redirects
        self.isPersistent = true
        self.body = HTTPBody(source: source)
        self.connection = nil
        self.origin = RedirectPolicy.isRedirect(status) ? Origin(draft, core) : nil
        self.maximumCollectedBytes = configuration.maximumCollectedBytes
    }

    /// The code of the ``status``.
    public var statusCode: Int { status.code }

    /// The reason phrase of the ``status``, as sent; empty if there was none.
    public var reasonPhrase: String { status.reasonPhrase }

    /// The header fields.
    public var headers: HTTPFields { fields.value }

    /// The cookies that the server sets. Malformed ones are left out (RFC 6265bis section 5.6).
    public var cookies: [SetCookie] { fields.value.setCookies }

    /// How many bytes the content has; nil when that is not known before its end.
    public var contentLength: Int? { compressionState == .decompressed ? nil : fields.value.contentLength }

    /// Whether the server redirects the client (301, 302, 303, 307 or 308 with a `Location`).
    public var isRedirect: Bool { RedirectPolicy.isRedirect(status) && fields.value[.location]?.isEmpty == false }

    /// Whether the status means success (200 to 299).
    public var isSuccess: Bool { status.kind == .successful }

    /// The addresses of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { connection?.info }

    /// The certificate of the server; nil without TLS.
    public var certificate: X509Certificate? { connection?.security?.peerCertificate }

    /// The version of TLS that secures the connection; nil on a plain one.
    public var tlsVersion: SecurityContext.TLSVersion? { connection?.security?.version }

    /// The fields after the content (RFC 9110 section 6.5), once it has been read to its end; empty before.
    public var trailers: HTTPFields {
        get async throws { try await body.trailers }
    }

    /// Takes the connection over after 101 Switching Protocols, or after a 2xx response to CONNECT. The caller must
    /// close it.
    ///
    /// - Throws: ``HTTPClientError/notDetachable`` after any other response, and when called a second time.
    public func detachSocket() throws -> DetachedSocket {
        let opens = status.code == 101 || (method == .connect && isSuccess)
        guard opens, let body = body.source as? ConnectionBody, let socket = body.detach() else {
            throw HTTPClientError.notDetachable
        }
        return socket
    }

    private static func decoded(
        _ body: any BodySource,
        _ codings: [ContentCoding],
        _ configuration: HTTPClient.Configuration
    ) throws -> DecodedBody {
        try DecodedBody(body, codings, limits: configuration.decompressionLimits) {
            HTTPClientError.undecodableContent($0)
        }
    }

    /// The fields that are no longer true of content that was decompressed.
    private static let codingFields: [HTTPField.Name] = [.contentEncoding, .contentLength]

    /// The codings of the content in the order in which they were applied; nil if one of them can't be undone.
    private static func codings(_ fields: FieldBlock) -> [ContentCoding]? {
        fields.contains(.contentEncoding) ? ContentCoding.codings(in: fields.values(.contentEncoding)) : []
    }
}

/// Ways to read the content. Each reads it to its end, and it can be read only once.
extension HTTPClientResponse {
    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: ``HTTPBodyError``, or ``HTTPClientError``.
    public func collect(upTo limit: Int? = nil) async throws -> ByteBuffer {
        try await body.collect(upTo: limit ?? maximumCollectedBytes)
    }

    /// The content as text, in the character set that `Content-Type` names, or in UTF-8 if it names none.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: ``HTTPClientError/notText(_:)``; otherwise what ``collect(upTo:)`` throws.
    public func text(upTo limit: Int? = nil) async throws -> String {
        let bytes = try await collect(upTo: limit)
        do {
            return try TextEncoding(of: headers).decode(bytes)
        } catch {
            throw HTTPClientError.notText(error.message)
        }
    }

    /// The content, decoded from JSON, whatever `Content-Type` says: the caller has chosen the server.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    ///   - format: The form of dates and names; ``JSONFormat/standard`` by default.
    /// - Throws: ``HTTPClientError/unexpectedJSON(_:)``; otherwise what ``collect(upTo:)`` throws.
    public func json<Value: Decodable>(
        _ type: Value.Type,
        upTo limit: Int? = nil,
        format: JSONFormat = .standard
    ) async throws -> Value {
        let content = try await collect(upTo: limit)
        do {
            // A byte order mark may be ignored (RFC 8259 section 8.1).
            var bytes = content
            bytes.moveReaderIndex(forwardBy: TextEncoding.utf8Mark(of: bytes.readableBytesView))
            return try format.decode(type, from: bytes)
        } catch {
            throw HTTPClientError.unexpectedJSON(JSONExplanation(error, content, keys: format.keys).sentence)
        }
    }

    /// The content, read from JSON as whatever it is.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the client's `maximumCollectedBytes` (64 MiB).
    /// - Throws: as ``json(_:upTo:format:)``.
    public func json(upTo limit: Int? = nil) async throws -> JSONValue {
        try await json(JSONValue.self, upTo: limit)
    }
}

extension HTTPClientResponse {
    /// Writes the content to a file.
    ///
    /// The file appears, or is replaced, when it is complete; until then its bytes are in a file beside it. A device or
    /// a folder is not replaced.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - progress: Called with how many bytes have been written, and how many there will be if that is known.
    /// - Returns: the number of bytes.
    /// - Throws: ``FileError``; otherwise what ``collect(upTo:)`` throws. An existing file is then unchanged.
    @discardableResult
    public func save(
        to path: String,
        progress: ((_ written: Int, _ total: Int?) -> Void)? = nil
    ) async throws -> Int {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporaryPath = "\(path).\(suffix).part"
        let file = try await LocalFile.run {
            try LocalFile.checkIsReplaceable(path)
            return try LocalFile(creating: temporaryPath)
        }
        do {
            let total = contentLength
            var written = 0
            progress?(0, total)
            for try await bytes in body {
                try await LocalFile.run { try file.append(bytes) }
                written += bytes.readableBytes
                progress?(written, total)
            }
            try await LocalFile.run { try LocalFile.rename(temporaryPath, to: path) }
            return written
        } catch {
            LocalFile.remove(temporaryPath)
            throw error
        }
    }
}
