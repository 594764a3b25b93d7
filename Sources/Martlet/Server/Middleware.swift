/// A type that wraps handlers: a log, error pages, a policy.
///
/// ```swift
/// struct Timing: Middleware {
///     func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
///         { request in
///             let start = ContinuousClock.now
///             try await handler(request)
///             print(request.target, ContinuousClock.now - start)
///         }
///     }
/// }
/// try await server.serve(around: [Timing()]) { request in
///     try await request.response.end("Hello, world!")
/// }
/// ```
///
/// Handlers are wrapped once, when serving begins; each request then costs the call of a closure.
///
/// Middleware around the handler of a server (`HTTPServer.serve(on:around:_:)`) also sees the requests that the
/// server itself refuses. The handler that it wraps throws their ``HTTPServerRequest/refusal``.
public protocol Middleware: Sendable {
    /// Wraps a handler in this middleware.
    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler
}

extension Middleware {
    /// Wraps a handler in this middleware.
    public func wrapping(_ handler: some RequestHandler) -> HTTPServer.Handler {
        wrapping(handler.handler)
    }
}

extension [any Middleware] {
    /// Wraps a handler in all of these, the first one outermost.
    package func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        // Not by `reduce`: a closure that goes through a generic function is called through two thunks from then on.
        var handler = handler
        for middleware in reversed() { handler = middleware.wrapping(handler) }
        return handler
    }
}
