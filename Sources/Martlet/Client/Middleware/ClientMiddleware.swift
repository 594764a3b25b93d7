/// A type that wraps what sends a client's requests: a log, credentials, retries, a cache.
///
/// ```swift
/// struct APIKey: ClientMiddleware {
///     let key: String
///
///     func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
///         { request in
///             var request = request
///             request.headers[.authorization] = "Bearer \(key)"
///             return try await send(request)
///         }
///     }
/// }
/// configuration.middleware = [RequestRetries(), APIKey(key: key)]
/// ```
///
/// It sees each request of the caller once, before redirects are followed and challenges answered, and the response that
/// comes of them. It may answer by itself, with the response to another request, or send a request again, if
/// ``PreparedRequest/isRepeatable`` says that this can be done. ``wrappingAttempts(_:)`` is for what is done each time that
/// a request is sent. WebSockets are made past both.
///
/// Middleware is composed once, when the client is made; a client without any pays nothing.
public protocol ClientMiddleware: Sendable {
    /// Wraps a function that sends requests in this middleware.
    func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender

    /// Wraps a function that sends a request once. A request is sent again after a redirect, a challenge or a lost
    /// connection; then it has the URL, the method and the fields of that time. Fields that this changes are sent this
    /// time only. Returns the function as it is by default.
    func wrappingAttempts(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender
}

extension ClientMiddleware {
    /// Adds nothing.
    public func wrappingAttempts(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender { send }
}

extension HTTPClient {
    /// A function that sends a request and returns its response.
    public typealias Sender = @Sendable (PreparedRequest) async throws -> HTTPClientResponse
}

extension [any ClientMiddleware] {
    /// All of these around what sends requests, the first one outermost; nil if there is none.
    var sender: HTTPClient.Sender? {
        guard !isEmpty else { return nil }
        let attempt = attemptSender
        var send: HTTPClient.Sender = { request in
            var run = RequestRun(request.draft, core: request.core, sendAttempt: attempt)
            return try await run.run()
        }
        for middleware in reversed() { send = middleware.wrapping(send) }
        return send
    }

    /// All of these around what sends a request once.
    private var attemptSender: HTTPClient.Sender {
        var send: HTTPClient.Sender = { request in
            guard let attempt = request.attempt else { throw HTTPClientError.requestEnded }
            return try await attempt.send(request)
        }
        for middleware in reversed() { send = middleware.wrappingAttempts(send) }
        return send
    }
}
