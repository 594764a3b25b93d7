import HTTPTypes
import HTTPWire

/// A request that a client sent to the server.
///
/// Answer it through ``response``. The request may be passed to other tasks and threads.
public struct HTTPServerRequest: Sendable {
    let exchange: ServerExchange
    /// Answers the request when it is dropped; nil if the handler's return does that.
    private let guardian: ExchangeGuardian?
    /// How many bytes of the path have led to the handler that this value is for; 0 unless that is mounted below a path.
    package internal(set) var mountLength = 0

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

    /// The parts of the request target: path, path segments, query parameters. Scheme and host come from elsewhere:
    /// ``requestedURL`` combines them.
    public var url: RequestTarget { exchange.head.target }

    /// The version of HTTP of the request.
    public var version: HTTPVersion { exchange.head.version }

    /// Whether the client may send further requests on the same connection.
    public var isPersistent: Bool { exchange.head.isPersistent }

    /// The header fields.
    public var headers: HTTPFields { exchange.headers }

    /// The header fields as they arrived. To look for a few of them costs less than to make ``headers``.
    package var fields: FieldBlock { exchange.head.fields }

    /// The cookies that the client sent. Malformed ones are left out (RFC 6265 section 5.4).
    public var cookies: [Cookie] { exchange.headers.cookies }

    /// The credentials in `Authorization`, as the client sent them, unchecked; nil if there are none, or if they are
    /// malformed. `BasicAuthentication` and `BearerAuthentication` of MartletWeb check those of two schemes.
    public var authorization: Authorization? { exchange.headers.authorization }

    /// How many bytes the content has; nil when it is chunked or is being decompressed, 0 when there is none.
    public var contentLength: Int? {
        if exchange.body != nil, exchange.decodedBody != nil { return nil }
        return switch exchange.head.framing {
        case .none: 0
        case .contentLength(let length): length
        case .chunked, .untilClose: nil
        }
    }

    /// The session of the client. It begins on first access, and the client gets a cookie with its id.
    ///
    /// - Throws: Any error of the session store. The default store never throws.
    public var session: HTTPSession {
        get async throws { try await exchange.session() }
    }

    /// The session that the client has already; nil if it has none, and then none begins. Ask for this where a client
    /// without a session gets none, as on a page that says who has logged in.
    ///
    /// - Throws: Any error of the session store. The default store never throws.
    public var existingSession: HTTPSession? {
        get async throws { try await exchange.existingSession() }
    }

    /// Why the server itself refuses the request; nil for requests that it accepts.
    ///
    /// Only what stands around the handler sees such requests (`HTTPServer.serve(on:around:_:)`), and what could be
    /// read of them, unchecked. The method is `-` where none could be read.
    public var refusal: HTTPError? { exchange.refusal?.error }

    /// The addresses of the connection; nil once it is closed.
    public var connectionInfo: HTTPConnectionInfo? { exchange.connection.info }

    /// The client's certificate; nil when it was not asked for one, or has none.
    public var certificate: X509Certificate? { exchange.connection.security?.peerCertificate }

    /// The version of TLS that secures the connection; nil on a plain one.
    public var tlsVersion: SecurityContext.TLSVersion? { exchange.connection.security?.version }

    /// The absolute URL that the client asked for, as far as the server can know it.
    ///
    /// Scheme and host come from an absolute request target, from what a proxy in the configuration's `trustedProxies`
    /// says (`Forwarded`, or `X-Forwarded-Proto` and `X-Forwarded-Host`), from the `Host` field, or from the server's
    /// own address, in this order.
    public var requestedURL: String {
        let forwarded = exchange.forwarded
        if url.form == .absolute, forwarded.host == nil { return target }
        let scheme = exchange.isSecure(forwarded) ? "https" : "http"
        let authority = forwarded.host ?? writtenHost ?? exchange.loop.core.authority(of: scheme)
        switch url.form {
        case .origin: return "\(scheme)://\(authority)\(target)"
        case .absolute: return "\(scheme)://\(authority)\(url.path)\(url.query.map { "?\($0)" } ?? "")"
        case .authority: return "\(scheme)://\(target)"
        case .asterisk: return "\(scheme)://\(authority)"
        }
    }

    /// The host that the request is for, and the port if there is one, as written: in the target if that names one,
    /// else in `Host` or `:authority` (RFC 9112 section 3.3). Nil if there is none or it is empty.
    package var writtenHost: String? {
        exchange.head.host.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The address of the client: the one that trusted proxies report, else the peer's; nil when neither is known.
    public var remoteAddress: InternetAddress? {
        exchange.forwarded.client ?? connectionInfo?.remoteAddress
    }

    /// Whether the request came over TLS or, if a proxy of the configuration's `trustedProxies` forwarded it and says
    /// with which scheme it was asked, over `https`.
    ///
    /// Session cookies are `Secure` where this is true, and ``requestedURL`` is one of https.
    public var isSecure: Bool { exchange.isSecure }

    /// Whether `isAllowed` accepts the web page that sent the request.
    ///
    /// Browsers send the requests of any page to any server, with that server's cookies. `Origin` names the page's
    /// origin (RFC 6454 section 7). A request without the field is accepted: browsers send it with WebSockets and with
    /// all methods but GET and HEAD. A request with several such fields, which no browser sends, is not.
    ///
    /// - Parameter isAllowed: Called with the value of `Origin`.
    public func hasAllowedOrigin(_ isAllowed: (_ origin: String) -> Bool) -> Bool {
        let origins = headers[values: .origin]
        guard let origin = origins.first else { return true }
        return origins.count == 1 && isAllowed(origin)
    }

    /// Whether an origin, the value of `Origin`, has the host and port that the request is for.
    ///
    /// Schemes are not compared, since a proxy may have terminated TLS: an origin without a port, or with that of its
    /// own scheme, matches a request without a port or with that of either scheme. Case and a dot at the end of a name
    /// make no difference. What proxies say about the request counts only from
    /// ``HTTPServer/Configuration/trustedProxies``.
    public func isOwnOrigin(_ origin: String) -> Bool {
        guard let page = HTTPURL(origin), let own = HTTPURL(requestedURL),
            page.scheme == "http" || page.scheme == "https"
        else { return false }
        return HostName.normalized(page.host) == HostName.normalized(own.host)
            && (page.port == own.port || page.effectivePort == own.port)
    }
}

/// How a handler learns that its server closes. One that answers for long, with events for example, then ends its
/// response, so that clients see its end and the server does not wait for its `shutdownTimeout`.
///
/// In a server that a `ServiceGroup` of swift-service-lifecycle runs, `cancelWhenGracefulShutdown`,
/// `withGracefulShutdownHandler` and `Task.isShuttingDownGracefully` do the same.
extension HTTPServerRequest {
    /// Whether the server has been asked to shut down or has begun to close, or the `ServiceGroup` that runs it has begun
    /// to shut down.
    public var isShuttingDown: Bool {
        let core = exchange.loop.core
        return core.shutdown.isRaised || core.shutdownDelay.hasBegun || exchange.loop.shutdownContext.isShuttingDown
    }

    /// Runs `operation`, and calls `onShutdown` when the server begins to close meanwhile, or at once if it is closing
    /// already.
    ///
    /// - Throws: What `operation` throws.
    public func withShutdownHandler<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws -> Result,
        onShutdown: @escaping @Sendable () -> Void
    ) async rethrows -> Result {
        let signal = exchange.loop.core.shutdown
        let number = signal.add(onShutdown)
        defer { signal.remove(number) }
        return try await operation()
    }

    /// Runs `operation` in a task that is cancelled when the server begins to close, or when the handler is cancelled.
    ///
    /// ```swift
    /// try? await request.cancelWhenShuttingDown {
    ///     for await event in events {
    ///         try await request.response.write("data: \(event)\n\n")
    ///         try await request.response.flush()
    ///     }
    /// }
    /// try await request.response.end()
    /// ```
    ///
    /// - Throws: What `operation` throws, which is often a `CancellationError` when it is cancelled.
    public func cancelWhenShuttingDown<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task(executorPreference: exchange.executor) { try await operation() }
        return try await withTaskCancellationHandler {
            try await withShutdownHandler {
                try await task.value
            } onShutdown: {
                task.cancel()
            }
        } onCancel: {
            task.cancel()
        }
    }
}
