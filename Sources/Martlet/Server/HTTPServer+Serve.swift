import ServiceLifecycle

extension HTTPServer {
    /// Answers requests, any number of them at the same time, until the server is closed.
    ///
    /// Each request runs in a task of its own on the event loop of its connection; requests of one connection are
    /// answered one after the other. Cancelling the calling task, or a graceful shutdown of the `ServiceGroup` it
    /// runs in, closes the server. This returns when the last request has been answered, at most the configured
    /// `shutdownTimeout` after that. A handler that answers for long hears of it:
    /// ``HTTPServerRequest/cancelWhenShuttingDown(_:)``.
    ///
    /// What the program has printed before, such as the server's ``url``, is sent on its way first, also where the standard
    /// output is a file or a pipe.
    ///
    /// What holds for a whole site, such as a log and the form of errors, goes around the handler. Requests that the
    /// server refuses itself go through it too, with what could be read of them: a malformed head (400), one that is too
    /// large (414, 431) or too slow (408), a version or a transfer coding that is not known (501, 505). Their connections
    /// close all the same, and the handler does not see them. Without `around` they are answered with plain text.
    ///
    /// ```swift
    /// try await server.serve(around: { log.wrapping(errors.wrapping(cors.wrapping($0))) }) { request in
    ///     try await request.response.end("Hello, world!")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - executor: Where to run handlers that block or compute for long, for example `globalConcurrentExecutor`;
    ///     nil, the default, for the event loops.
    ///   - around: Makes the handler that answers the requests from one that answers those that are understood, and throws
    ///     an ``HTTPError`` for the others. It is called once. None by default.
    ///   - handler: Answers a request.
    /// - Throws: ``HTTPServerError/alreadyServing`` or ``HTTPServerError/serverClosed``.
    public func serve(
        on executor: (any TaskExecutor)? = nil,
        around: ((@escaping Handler) -> Handler)? = nil,
        _ handler: @escaping Handler
    ) async throws {
        var delivered = handler
        if let around {
            delivered = around { request in
                if let refusal = request.refusal { throw refusal }
                try await handler(request)
            }
        }
        let run = try await start(
            .handler(delivered, on: executor, within: .current, takesRefusals: around != nil)
        )
        await withTaskCancellationOrGracefulShutdownHandler {
            await run.finished()
        } onCancelOrGracefulShutdown: {
            Task { await self.shutdown() }
        }
        await shutdown()
    }

    /// The server as a service for a `ServiceGroup` of swift-service-lifecycle, which runs it until the process is
    /// asked to stop.
    ///
    /// - Parameters: as those of ``serve(on:around:_:)``.
    public func service(
        on executor: (any TaskExecutor)? = nil,
        around: (@Sendable (@escaping Handler) -> Handler)? = nil,
        _ handler: @escaping Handler
    ) -> some Service {
        HTTPServerService(server: self, executor: executor, around: around, handler: handler)
    }
}

private struct HTTPServerService: Service, CustomStringConvertible {
    let server: HTTPServer
    let executor: (any TaskExecutor)?
    let around: (@Sendable (@escaping HTTPServer.Handler) -> HTTPServer.Handler)?
    let handler: HTTPServer.Handler

    var description: String { "HTTP server on \(server.url)" }

    func run() async throws {
        try await server.serve(on: executor, around: around, handler)
    }
}
