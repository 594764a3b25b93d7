import HTTPTypes
import HTTPWire
import NIOCore

/// A request that a client sent to the server.
///
/// Answer it through ``response``. The request may be passed to other tasks and threads.
public struct HTTPServerRequest: Sendable {
    let exchange: ServerExchange
    /// Answers the request when it is dropped; nil if the handler's return does that.
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

    /// Whether the client may send further requests on the same connection.
    public var isPersistent: Bool { exchange.head.isPersistent }

    /// The header fields.
    public var headers: HTTPFields { exchange.headers }

    /// The cookies that the client sent. Malformed ones are left out (RFC 6265 section 5.4).
    public var cookies: [Cookie] { exchange.headers.cookies }

    /// How many bytes the content has; nil when it is chunked, 0 when there is none.
    public var contentLength: Int? {
        switch exchange.head.framing {
        case .none: 0
        case .contentLength(let length): length
        case .chunked, .untilClose: nil
        }
    }

    /// Why the server itself refuses the request; nil for requests that it accepts.
    ///
    /// Only what stands around the handler sees such requests (``HTTPServer/serve(on:around:_:)``), and what could be
    /// read of them, unchecked. The method is `-` where none could be read.
    public var refusal: HTTPError? { exchange.refusal?.error }

    /// The addresses of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { exchange.connection.info }

    /// The client's certificate; nil when it was not asked for one, or has none.
    public var certificate: X509Certificate? { exchange.connection.security?.peerCertificate }

    /// The version of TLS that secures the connection; nil on a plain one.
    public var tlsVersion: SecurityContext.TLSVersion? { exchange.connection.security?.version }
}

extension HTTPServerRequest {
    /// The content, as it arrives, in whatever `Content-Encoding` it has. It can be read once. What is left unread is
    /// dropped when the response has been ended.
    public var body: HTTPBody { HTTPBody(stream: exchange.body) }

    /// The fields after the content (RFC 9110 section 6.5), once it has been read to its end; empty before.
    public var trailers: HTTPFields {
        get async throws { try await body.trailers }
    }

    /// The whole content.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``. If the handler rethrows it, the answer is 413 for too much and 400 for malformed
    ///   content. ``HTTPError`` with 415 for content with a content coding; ``body`` has it as it is.
    public func collect(upTo limit: Int? = nil) async throws -> ByteBuffer {
        try requireNoContentCoding()
        return try await body.collect(upTo: limit ?? exchange.settings.configuration.maximumCollectedBytes)
    }

    /// The whole content as text, in the character set that `Content-Type` names, or in UTF-8 if it names none.
    ///
    /// - Parameter limit: The most bytes to accept; nil for the server's `maximumCollectedBytes` (2 MiB).
    /// - Throws: ``HTTPBodyError``; ``HTTPError`` with 400 when the bytes are not text in that character set, 415 when
    ///   the character set is not known, or the content has a content coding.
    public func text(upTo limit: Int? = nil) async throws -> String {
        let charset = try TextEncoding(of: headers)
        return try charset.decode(try await collect(upTo: limit))
    }
}
