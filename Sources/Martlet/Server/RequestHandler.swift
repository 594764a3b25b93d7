/// A type that answers requests: a directory of files, several hosts, a form for uploads.
///
/// ```swift
/// struct Greeter: RequestHandler {
///     let greeting: String
///
///     func handle(_ request: HTTPServerRequest) async throws {
///         try await request.response.end("\(greeting), world!")
///     }
/// }
/// try await server.serve(Greeter(greeting: "Hello"))
/// ```
///
/// A closure does where a type would have nothing to keep: all that takes one takes the other.
public protocol RequestHandler: Sendable {
    /// Answers one request, as an ``HTTPServer/Handler`` does.
    func handle(_ request: HTTPServerRequest) async throws

    /// The closure that answers the requests of a server. It is asked for once, when serving begins, so that a type which
    /// is put together of others can do that here, once for all requests. The default calls ``handle(_:)``.
    var handler: HTTPServer.Handler { get }

    /// Whether the handler gets the requests that the server refuses itself, too: see ``HTTPServerRequest/refusal``. False
    /// by default: the server answers them alone.
    var handlesRefusals: Bool { get }
}

extension RequestHandler {
    // Inlinable, so that each type has a closure that calls its own method, and no table is asked for each request.
    @inlinable
    public var handler: HTTPServer.Handler {
        { request in try await handle(request) }
    }

    @inlinable
    public var handlesRefusals: Bool { false }
}
