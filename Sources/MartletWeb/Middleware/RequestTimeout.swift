import Martlet

/// Ends handlers that take too long.
///
/// ```swift
/// router.group("/reports", use: try RequestTimeout(.seconds(60))) { reports in
///     reports.get("/{year}", Int.self) { request, year in
///         try await request.response.end(json: try await database.report(year))
///     }
/// }
/// ```
///
/// When the time is up, the handler's task is cancelled, and with it what it waits for. The request is answered 503 as
/// soon as the handler returns, so that middleware around this one, such as ``ErrorPages``, presents the answer; after
/// another second the server answers in its place. (504 would blame another server, RFC 9110 section 15.6.5.) A
/// response that is being sent is broken off, so that its client notices. With HTTP/1 the connection closes.
///
/// The time counts until the response is ended, becomes a stream of events (``EventFeed``), or the connection is taken
/// over, as by a WebSocket: it does not limit what comes after. Of several timeouts, and the `handlerTimeout` of the server's configuration, the first that is up
/// counts.
public struct RequestTimeout: Middleware {
    private let timeout: Duration

    /// Gives handlers some time.
    ///
    /// - Throws: ``MiddlewareError/invalidTimeout(_:)``.
    public init(_ timeout: Duration) throws(MiddlewareError) {
        guard timeout > .zero else { throw .invalidTimeout(timeout) }
        self.timeout = timeout
    }

    /// Wraps `handler` in the timeout.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            try await request.answer(with: handler, within: timeout)
        }
    }
}
