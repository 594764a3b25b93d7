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
/// ``PreparedRequest/isRepeatable`` says that this can be done. WebSockets are made past it.
///
/// Middleware is composed once, when the client is made; a client without any pays nothing.
public protocol ClientMiddleware: Sendable {
    /// Wraps a function that sends requests in this middleware.
    func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender
}

extension HTTPClient {
    /// A function that sends a request and returns its response.
    public typealias Sender = @Sendable (PreparedRequest) async throws -> HTTPClientResponse
}

extension [any ClientMiddleware] {
    /// All of these around what sends requests, the first one outermost; nil if there is none.
    var sender: HTTPClient.Sender? {
        guard !isEmpty else { return nil }
        var send: HTTPClient.Sender = { request in
            var run = RequestRun(request.draft, core: request.core)
            return try await run.run()
        }
        for middleware in reversed() { send = middleware.wrapping(send) }
        return send
    }
}
