import ServiceLifecycle

extension HTTPServer {
    /// Serves requests, any number of them at the same time, until the server is closed.
    ///
    /// Each request's handler runs on the event loop of its connection; requests of one connection are answered one
    /// after the other. Cancelling the calling task, or a graceful shutdown of the `ServiceGroup` it runs in, closes
    /// the server, the latter after the configured `shutdownDelay`. This returns when the last request has been answered,
    /// at most the configured `shutdownTimeout` after that. A handler that answers for long can learn of it with
    /// ``HTTPServerRequest/cancelWhenShuttingDown(_:)``.
    ///
    /// The program's earlier output, such as the server's ``url``, is flushed first, also to a file or a pipe.
    ///
    /// Middleware for a whole site, such as a log and error pages, goes around the handler. Requests that the server
    /// itself refuses go through it too, with what could be read of them: a malformed head (400), one that is too large
    /// (414, 431) or too slow (408), an unknown version or transfer coding (501, 505). Their connections are closed all
    /// the same, and the handler does not see them. Without `around` they are answered with plain text.
    ///
    /// ```swift
    /// try await server.serve(around: [RequestLog(.combined), ErrorPages(), cors]) { request in
    ///     try await request.response.end("Hello, world!")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - executor: Where to run handlers that block or compute for long, for example `globalConcurrentExecutor`; nil,
    ///     the default, means the event loops.
    ///   - middleware: Wraps the handler, and what the server itself refuses; the first one is outermost. None by
    ///     default.
    ///   - handler: Answers a request.
    /// - Throws: ``HTTPServerError/alreadyServing`` or ``HTTPServerError/serverClosed``.
    public func serve(
        on executor: (any TaskExecutor)? = nil,
        around middleware: [any Middleware] = [],
        _ handler: @escaping Handler
    ) async throws {
        try await serve(ServedHandler(handler, around: middleware), on: executor)
    }

    /// Serves requests with a value, such as a router or a directory of files, until the server is closed.
    ///
    /// - Parameters: as those of ``serve(on:around:_:)``.
    /// - Throws: What is wrong with the handler (``RequestHandler/validate()``), before anything is served;
    ///   ``HTTPServerError/alreadyServing`` or ``HTTPServerError/serverClosed``.
    public func serve(
        on executor: (any TaskExecutor)? = nil,
        around middleware: [any Middleware] = [],
        _ handler: some RequestHandler
    ) async throws {
        try handler.validate()
        try await serve(ServedHandler(handler, around: middleware), on: executor)
    }

    private func serve(_ handler: ServedHandler, on executor: (any TaskExecutor)?) async throws {
        let run = try await start(
            .handler(handler.handler, on: executor, within: .current, takesRefusals: handler.takesRefusals)
        )
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await run.finished()
            } onGracefulShutdown: {
                Task { await self.shutdown() }
            }
        } onCancel: {
            Task { await self.finish() }
        }
        await finish()
    }

    /// Begins to serve requests with a value, and returns. They are answered until the server is closed.
    ///
    /// - Throws: as ``serve(on:around:_:)``.
    package func begin(around middleware: [any Middleware] = [], _ handler: some RequestHandler) async throws {
        try handler.validate()
        let handler = ServedHandler(handler, around: middleware)
        _ = try await start(.handler(handler.handler, on: nil, within: .current, takesRefusals: handler.takesRefusals))
    }

    /// The server as a service for a `ServiceGroup` of swift-service-lifecycle, which runs it until the process is
    /// asked to stop.
    ///
    /// - Parameters: as those of ``serve(on:around:_:)``.
    public func service(
        on executor: (any TaskExecutor)? = nil,
        around middleware: [any Middleware] = [],
        _ handler: @escaping Handler
    ) -> some Service {
        HTTPServerService(server: self) { server in
            try await server.serve(on: executor, around: middleware, handler)
        }
    }

    /// The server as a service that answers requests with a value, such as a router or a directory of files. Running it
    /// throws what is wrong with the handler.
    ///
    /// - Parameters: as those of ``serve(on:around:_:)``.
    public func service(
        on executor: (any TaskExecutor)? = nil,
        around middleware: [any Middleware] = [],
        _ handler: some RequestHandler
    ) -> some Service {
        HTTPServerService(server: self) { server in
            try await server.serve(on: executor, around: middleware, handler)
        }
    }
}

/// The handler of a server, wrapped in its middleware.
private struct ServedHandler {
    let handler: HTTPServer.Handler
    /// Whether requests that the server refuses are delivered too.
    let takesRefusals: Bool

    init(_ handler: some RequestHandler, around middleware: [any Middleware]) {
        self.init(handler.handler, around: middleware, handlesRefusals: handler.handlesRefusals)
    }

    init(_ handler: @escaping HTTPServer.Handler, around middleware: [any Middleware], handlesRefusals: Bool = false) {
        takesRefusals = handlesRefusals || !middleware.isEmpty
        guard !middleware.isEmpty, !handlesRefusals else {
            self.handler = middleware.wrapping(handler)
            return
        }
        self.handler = middleware.wrapping { request in
            if let refusal = request.refusal { throw refusal }
            try await handler(request)
        }
    }
}

private struct HTTPServerService: Service, CustomStringConvertible {
    let server: HTTPServer
    let serve: @Sendable (HTTPServer) async throws -> Void

    var description: String { "HTTP server on \(server.url)" }

    func run() async throws {
        try await serve(server)
    }
}
