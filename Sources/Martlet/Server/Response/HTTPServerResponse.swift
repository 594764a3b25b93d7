import HTTPTypes
import HTTPWire
import NIOCore

/// The response to a request.
///
/// Status, headers and cookies can be changed until the head is sent, which the first ``flush()``, the first full
/// buffer or ``end()`` does. A later change has no effect, and the next write throws
/// ``HTTPServerError/headAlreadySent``.
public struct HTTPServerResponse: Sendable {
    let exchange: ServerExchange
    private let guardian: ExchangeGuardian?

    init(_ exchange: ServerExchange, guardian: ExchangeGuardian?) {
        self.exchange = exchange
        self.guardian = guardian
    }

    /// The status: code and reason phrase. 200 OK by default.
    public var status: HTTPResponse.Status {
        get { exchange.read { $0.status } }
        nonmutating set {
            exchange.change {
                $0.status = newValue
                $0.impossibleStatusCode = nil
            }
        }
    }

    /// The code of the ``status``. Setting it sets the code's registered reason phrase too. A code that can't be sent
    /// makes the next write throw ``HTTPServerError/invalidStatus(_:)``.
    public var statusCode: Int {
        get { status.code }
        nonmutating set {
            exchange.change {
                // `HTTPResponse.Status` ends the process for other numbers.
                $0.impossibleStatusCode = (0...999).contains(newValue) ? nil : newValue
                guard $0.impossibleStatusCode == nil else { return }
                $0.status = HTTPResponse.Status(
                    code: newValue,
                    reasonPhrase: HTTPResponse.Status.reasonPhrase(forCode: newValue) ?? ""
                )
            }
        }
    }

    /// The reason phrase of the ``status``.
    public var reasonPhrase: String {
        get { status.reasonPhrase }
        nonmutating set { exchange.change { $0.status = .init(code: $0.status.code, reasonPhrase: newValue) } }
    }

    /// The header fields. They start as the server's `defaultResponseHeaders`.
    ///
    /// `Content-Length` may be set here or by ``contentLength``; the server sets `Transfer-Encoding` and `Date`.
    public var headers: HTTPFields {
        get { exchange.read { $0.headers } ?? exchange.settings.defaultHeaders }
        nonmutating _modify {
            // Taken out of the draft meanwhile, so that changing one field does not copy them all.
            var fields = exchange.takeHeaders()
            defer { exchange.change { $0.headers = fields } }
            yield &fields
        }
    }

    /// The cookies to set, each in a `Set-Cookie` field of its own.
    public var cookies: [SetCookie] {
        get { exchange.read { $0.cookies } }
        nonmutating set { exchange.change { $0.cookies = newValue } }
    }

    /// How many bytes the content will have; nil, the default, when that is not known before ``end()``.
    public var contentLength: Int? {
        get { exchange.read { $0.contentLength } }
        nonmutating set { exchange.change { $0.contentLength = newValue } }
    }

    /// Up to how many bytes content gets an `ETag` by itself, made of its bytes; nil, the default, for none. It applies to
    /// successful responses to GET and HEAD that are sent whole, by one `end`, and have no `ETag` yet. A client that has
    /// the content already gets 304 without it (RFC 9110 section 13). `EntityTags` of MartletWeb sets it.
    public var entityTagLimit: Int? {
        get { exchange.entityTagLimit }
        nonmutating set { exchange.entityTagLimit = newValue }
    }

    /// Whether the connection may carry further requests; false closes it after the response. By default what the
    /// request asks for.
    public var isPersistent: Bool {
        get { exchange.read { $0.isPersistent } }
        nonmutating set { exchange.change { $0.isPersistent = newValue } }
    }

    /// Whether small writes are buffered before they are sent. True by default; false sends each write at once.
    public var buffersOutput: Bool {
        get { exchange.read { $0.buffersOutput } }
        nonmutating set { exchange.change { $0.buffersOutput = newValue } }
    }

    /// The fields to send after the content (RFC 9110 section 6.5). They can be set until ``end()``, and are sent
    /// when the content is chunked.
    public var trailers: HTTPFields {
        get { exchange.read { $0.trailers } ?? [:] }
        nonmutating set { exchange.changeAnytime { $0.trailers = newValue } }
    }

    /// How long the response may still take, counted from when this is set; after that the connection is torn down.
    /// Nil, the default, sets no limit.
    public var deadline: Duration? {
        get { exchange.read { $0.deadline } }
        nonmutating set { exchange.setDeadline(newValue) }
    }

    /// Whether the head has been sent.
    public var isHeadSent: Bool { exchange.read { $0.isHeadSent } }

    /// The addresses of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { exchange.connection.info }
}

extension HTTPServerResponse {
    /// Takes the connection over from the server.
    ///
    /// - Parameter writeHeaders: Whether the head of this response, with its status, headers and cookies as they are,
    ///   is sent first. `Connection` and `Upgrade` are then sent as they are in ``headers``.
    /// - Returns: The socket; its first bytes are those that the client sent after the request.
    /// - Throws: ``HTTPServerError/headAlreadySent`` when the head has been sent.
    public func detachSocket(writeHeaders: Bool = true) async throws -> DetachedSocket {
        try await exchange.commitSession()
        let exchange = exchange
        return try await exchange.executor.run {
            try exchange.connection.detach(exchange, writeHeaders: writeHeaders)
        }
    }
}
