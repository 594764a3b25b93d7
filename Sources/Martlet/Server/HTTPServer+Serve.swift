import ServiceLifecycle

extension HTTPServer {
    /// Answers requests, any number of them at the same time, until the server is closed.
    ///
    /// Each request runs in a task of its own on the event loop of its connection; requests of one connection are
    /// answered one after the other. Cancelling the calling task, or a graceful shutdown of the `ServiceGroup` it
    /// runs in, closes the server. This returns when the last request has been answered, at most the configured
    /// `shutdownTimeout` after that.
    ///
    /// - Parameters:
    ///   - executor: Where to run handlers that block or compute for long, for example `globalConcurrentExecutor`;
    ///     nil, the default, for the event loops.
    ///   - handler: Answers a request.
    /// - Throws: ``HTTPServerError/alreadyServing`` or ``HTTPServerError/serverClosed``.
    public func serve(on executor: (any TaskExecutor)? = nil, _ handler: @escaping Handler) async throws {
        let run = try await start(.handler(handler, on: executor))
        await withTaskCancellationOrGracefulShutdownHandler {
            await run.finished()
        } onCancelOrGracefulShutdown: {
            Task { await self.shutdown() }
        }
        await shutdown()
    }

    /// The server as a service for a `ServiceGroup` of swift-service-lifecycle, which runs it until the process is
    /// asked to stop.
    public func service(on executor: (any TaskExecutor)? = nil, _ handler: @escaping Handler) -> some Service {
        HTTPServerService(server: self, executor: executor, handler: handler)
    }
}

private struct HTTPServerService: Service, CustomStringConvertible {
    let server: HTTPServer
    let executor: (any TaskExecutor)?
    let handler: HTTPServer.Handler

    var description: String { "HTTP server on \(server.url)" }

    func run() async throws {
        try await server.serve(on: executor, handler)
    }
}
