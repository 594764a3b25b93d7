/// How a handler learns that its server closes. One that answers for long, with events for example, then ends its
/// response, so that clients see its end and the server does not wait for its `shutdownTimeout`.
///
/// In a server that a `ServiceGroup` of swift-service-lifecycle runs, `cancelWhenGracefulShutdown`,
/// `withGracefulShutdownHandler` and `Task.isShuttingDownGracefully` do the same.
extension HTTPServerRequest {
    /// Whether the server has begun to close, or the `ServiceGroup` that runs it has begun to shut down.
    public var isShuttingDown: Bool {
        exchange.loop.core.shutdown.isRaised || exchange.loop.shutdownContext.isShuttingDown
    }

    /// Runs `operation`, and calls `onShutdown` when the server begins to close meanwhile, or at once if it is closing
    /// already.
    ///
    /// - Throws: What `operation` throws.
    public func withShutdownHandler<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws -> Result,
        onShutdown: @escaping @Sendable () -> Void
    ) async rethrows -> Result {
        let signal = exchange.loop.core.shutdown
        let number = signal.add(onShutdown)
        defer { signal.remove(number) }
        return try await operation()
    }

    /// Runs `operation` in a task that is cancelled when the server begins to close, or when the handler is cancelled.
    ///
    /// ```swift
    /// try? await request.cancelWhenShuttingDown {
    ///     for await event in events {
    ///         try await request.response.write("data: \(event)\n\n")
    ///         try await request.response.flush()
    ///     }
    /// }
    /// try await request.response.end()
    /// ```
    ///
    /// - Throws: What `operation` throws, which is often a `CancellationError` when it is cancelled.
    public func cancelWhenShuttingDown<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task(executorPreference: exchange.executor) { try await operation() }
        return try await withTaskCancellationHandler {
            try await withShutdownHandler {
                try await task.value
            } onShutdown: {
                task.cancel()
            }
        } onCancel: {
            task.cancel()
        }
    }
}
