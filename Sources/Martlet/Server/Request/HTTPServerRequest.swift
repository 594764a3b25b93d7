import HTTPTypes
import HTTPWire
import NIOCore

/// A request that a client has sent to the server.
///
/// Answer it through ``response``. The request may be handed to other tasks and threads.
public struct HTTPServerRequest: Sendable {
    let exchange: ServerExchange
    /// Answers for the request when nobody holds it any more; nil where a handler's return does that.
    private let guardian: ExchangeGuardian?

    init(_ exchange: ServerExchange, guardian: ExchangeGuardian? = nil) {
        self.exchange = exchange
        self.guardian = guardian
    }

    /// The response to this request.
    public var response: HTTPServerResponse {
        HTTPServerResponse(exchange, guardian: guardian)
    }

    /// The method, as sent: methods are case-sensitive (RFC 9110 section 9.1).
    public var method: HTTPRequest.Method { exchange.head.method }

    /// The request target, as sent (RFC 9112 section 3.2).
    public var target: String { exchange.head.target.raw }

    /// The request target in its parts: path, path segments, query parameters. A client names scheme and host elsewhere:
    /// ``requestedURL`` puts them together.
    public var url: RequestTarget { exchange.head.target }

    /// The version of HTTP that the request was sent with.
    public var version: HTTPVersion { exchange.head.version }

    /// Whether the client would send further requests on the same connection.
    public var isPersistent: Bool { exchange.head.isPersistent }

    /// The header fields.
    public var headers: HTTPFields { exchange.headers }

    /// The cookies that the client has sent. Malformed ones are left out (RFC 6265 section 5.4).
    public var cookies: [Cookie] { exchange.headers.cookies }

    /// How many bytes the content has; nil when it is chunked, 0 when there is none.
    public var contentLength: Int? {
        switch exchange.head.framing {
        case .none: 0
        case .contentLength(let length): length
        case .chunked, .untilClose: nil
        }
    }

    /// Why the server itself refuses the request; nil for requests that it understands.
    ///
    /// Only what stands around the handler sees such requests (``HTTPServer/serve(on:around:_:)``), and what could be read
    /// of them, unchecked. The method is `-` where none could be read.
    public var refusal: HTTPError? { exchange.refusal?.error }

    /// Where the request came from; nil once the connection is gone.
    public var connectionInfo: HTTPConnectionInfo? { exchange.connection.info }

    /// The certificate that the client has shown; nil when it was not asked, or has none.
    public var certificate: X509Certificate? { exchange.connection.security?.peerCertificate }

    /// The version of TLS that secures the connection; nil on a plain one.
    public var tlsVersion: SecurityContext.TLSVersion? { exchange.connection.security?.version }
}

extension HTTPServerRequest {
    /// The content, as it arrives, in whatever `Content-Encoding` it comes. It can be read once. What is left unread is
    /// dropped when the response has been ended.
    public var body: HTTPBody { HTTPBody(stream: exchange.body) }

    /// The fields after a chunked content, once the content has been read to its end; empty otherwise.
    public var trailers: HTTPFields {
        get async throws { try await body.trailers }
    }

    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``. A handler that lets it pass answers 413 for too much and 400 for a malformed
    ///   content. ``HTTPError`` with 415 for a content that comes in a content coding; ``body`` has it as it is.
    public func collect(upTo limit: Int? = nil) async throws -> ByteBuffer {
        try requireNoContentCoding()
        return try await body.collect(upTo: limit ?? exchange.settings.configuration.maximumCollectedBytes)
    }

    /// The whole content as text, in the character set that `Content-Type` names; UTF-8 without one.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 400 when the bytes are not text in that character set, 415 when
    ///   the character set is not known, or the content comes in a content coding.
    public func text(upTo limit: Int? = nil) async throws -> String {
        let charset = try TextEncoding(of: headers)
        return try charset.decode(try await collect(upTo: limit))
    }
}
