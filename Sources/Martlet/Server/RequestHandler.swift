/// A type that answers requests: a router, a directory of files, several hosts, a form for uploads.
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
/// A closure will do if there is nothing to store: whatever accepts a request handler also accepts a closure.
public protocol RequestHandler: Sendable {
    /// Answers one request, as an ``HTTPServer/Handler`` does.
    func handle(_ request: HTTPServerRequest) async throws

    /// The closure that answers the requests of a server. It is read once, when serving begins, so that a type that
    /// combines others can do so here, once for all requests. The default calls ``handle(_:)``.
    var handler: HTTPServer.Handler { get }

    /// Whether the handler also gets the requests that the server itself refuses; see ``HTTPServerRequest/refusal``.
    /// False by default: the server answers them.
    var handlesRefusals: Bool { get }

    /// Checks what the handler was made of. A server does so before it begins to serve. The default accepts everything.
    ///
    /// - Throws: What is wrong, such as two routes that match the same requests.
    func validate() throws
}

extension RequestHandler {
    // Inlinable, so that each type gets a closure that calls its own method, without a dynamic dispatch for each
    // request.
    @inlinable
    public var handler: HTTPServer.Handler {
        { request in try await handle(request) }
    }

    @inlinable
    public var handlesRefusals: Bool { false }

    /// Finds nothing wrong.
    public func validate() throws {}
}
