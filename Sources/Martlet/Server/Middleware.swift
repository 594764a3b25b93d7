/// A type that stands around handlers: a log, the form of errors, a policy.
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
/// It is put together once, when serving begins, and costs each request the call of a closure.
///
/// What stands around the handler of a server (``HTTPServer/serve(on:around:_:)``) sees the requests that the server refuses
/// itself, too. The handler that it wraps throws their ``HTTPServerRequest/refusal``.
public protocol Middleware: Sendable {
    /// Makes a handler that stands around another one.
    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler
}

extension Middleware {
    /// Makes a handler that stands around another one.
    public func wrapping(_ handler: some RequestHandler) -> HTTPServer.Handler {
        wrapping(handler.handler)
    }
}

extension [any Middleware] {
    /// Makes a handler of another one, with all of these around it, the first of them outermost.
    package func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        reversed().reduce(handler) { handler, middleware in middleware.wrapping(handler) }
    }
}
