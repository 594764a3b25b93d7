import HTTPTypes
import HTTPWire
import Martlet

/// Decompresses the content of requests, so that handlers read it as if it had been sent without `Content-Encoding`.
///
/// ```swift
/// router.group("/metrics", use: RequestDecompression()) { metrics in
///     metrics.post("/") { request in
///         let samples = try await request.json([Sample].self)     // whether they came in gzip or not
///         try await store.add(samples)
///     }
/// }
/// ```
///
/// Content is decompressed while it is read, however it is read: as a stream, JSON or a form. `Content-Encoding` and
/// `Content-Length`, which describe what was sent, are removed from the headers, and `contentLength` is nil, for the
/// handler and, from then on, for everything around it. Fields that hold a digest of what was sent, such as
/// `Content-Digest`, stay.
///
/// A coding that is not accepted is answered 415 with `Accept-Encoding`, which names those that are (RFC 9110 section
/// 15.5.16, RFC 7694), and so is more than one coding. The handler is not called then, and a client that waits for `100
/// Continue` gets the answer at once. When the handler rethrows the errors of reading, content that exceeds the limits
/// is answered 413, and what is not in the format, or ends too early, 400.
///
/// While it is being read, a request takes up to 40 KiB for gzip and deflate, 8 MiB for zstd and 16 MiB for br, as its
/// client chooses.
public struct RequestDecompression: Middleware {
    /// The codings, in the order in which they are named to clients.
    private let codings: [ContentCoding]
    private let limits: Decompressor.Limits
    private let acceptEncoding: String

    /// 64 MiB of content, and 250 times as much as was sent once that is more than 1 MiB.
    public static var defaultLimits: Decompressor.Limits { Decompressor.Limits(maximumOutput: 64 << 20) }

    /// Accepts all codings that are built in: gzip and deflate and, with the traits `Brotli` and `Zstandard` of the
    /// package, br and zstd.
    ///
    /// - Parameter limits: What the content may expand to. ``defaultLimits`` by default; limits of the handler, such as
    ///   the 2 MiB of `collect`, count besides.
    public init(limits: Decompressor.Limits = Self.defaultLimits) {
        self.init(accepting: FieldList(ContentCoding.accepted).compactMap { ContentCoding(String($0)) }, limits)
    }

    /// Accepts some codings.
    ///
    /// - Parameters:
    ///   - codings: The codings, in the order in which they are named to clients.
    ///   - limits: What the content may expand to. ``defaultLimits`` by default.
    /// - Throws: ``MiddlewareError/invalidCoding(_:)``.
    public init(
        _ codings: [ContentCoding],
        limits: Decompressor.Limits = Self.defaultLimits
    ) throws(MiddlewareError) {
        for coding in codings where coding == .identity || !coding.isSupported { throw .invalidCoding(coding) }
        self.init(accepting: codings, limits)
    }

    private init(accepting codings: [ContentCoding], _ limits: Decompressor.Limits) {
        self.codings = codings
        self.limits = limits
        // An empty field would say the same, but some clients drop it.
        let names = codings.isEmpty ? [ContentCoding.identity] : codings
        acceptEncoding = names.map(\.description).joined(separator: ", ")
    }

    /// Wraps `handler` in the decompression. Requests that the server refuses are left alone.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            if request.refusal == nil { try decode(request) }
            try await handler(request)
        }
    }

    private func decode(_ request: HTTPServerRequest) throws {
        let names = request.contentCodings
        guard let name = names.first else { return }
        guard names.count == 1 else { throw refusal("The content has several codings; one is accepted.") }
        guard let coding = ContentCoding(name), codings.contains(coding) else {
            throw refusal("The content has a coding that is not accepted.")
        }
        try request.decodeContent(coding, limits: limits)
    }

    private func refusal(_ message: String) -> HTTPError {
        HTTPError(.unsupportedMediaType, message, headers: [.acceptEncoding: acceptEncoding])
    }
}
