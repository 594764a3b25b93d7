import NIOCore

/// The tasks that run the handlers of the streams of one event loop. Members are called on the loop.
///
/// A task that has answered one stream takes the next one out of what has arrived on the connection, or else waits. So
/// streams whose handlers don't wait for anything are all answered by one task, without a switch between them.
final class HTTP2StreamTasks: @unchecked Sendable {
    // Sendable because the pool is touched only on the thread of the loop. For the same reason, and because no access
    // spans a call of anything that comes back here, it is exempt from the run-time check for overlapping accesses.

    /// The request of a stream, on its way to a task.
    struct Request: Sendable {
        let exchange: ServerExchange
        let stream: HTTP2ServerStream

        /// The task is to run the handler of the stream.
        fileprivate func begin(in task: RunningTask) {
            _ = stream.handler.deliver(exchange)
            stream.handler.runs(as: task)
        }
    }

    /// A task that waits for a request.
    private struct Waiter {
        let task: RunningTask
        let continuation: UnsafeContinuation<Request?, Never>
    }

    /// How many tasks may wait for streams.
    private static let waitingLimit = 64

    private let handler: HTTPServer.Handler
    @exclusivity(unchecked) private var pool = HandlerPool<Request, Waiter>(limit: waitingLimit)

    /// The request of a task that is being started. It is taken at once: what a task is made with lives as long as the
    /// task does.
    @exclusivity(unchecked) private var first: Request?

    /// - Parameter handler: Answers the requests.
    init(_ handler: @escaping HTTPServer.Handler) {
        self.handler = handler
    }

    /// Passes the request to a task.
    func deliver(_ request: Request) {
        switch pool.deliver(request) {
        case .keep:
            break
        case .resume(let waiter):
            request.begin(in: waiter.task)
            waiter.continuation.resume(returning: request)
            request.stream.connection.yieldToTask()
        case .start:
            start(request)
        }
    }

    /// Ends the tasks that wait.
    func release() {
        for waiter in pool.release() { waiter.continuation.resume(returning: nil) }
    }

    private func start(_ request: Request) {
        let loop = request.stream.loop
        // A task that is made within another one inherits its priority and its task-local values. Those may be for this
        // stream, but not for the ones that follow.
        guard withUnsafeCurrentTask(body: { $0 == nil }) else {
            return request.stream.startHandler(handler, for: request.exchange, on: nil)
        }
        first = request
        loop.shutdownContext.run {
            // Runs up to the handler's first suspension before it returns: no hop, no queue.
            _ = Task.immediate(executorPreference: loop.executor) { await self.serve(loop) }
        }
    }

    /// The body of a task.
    private func serve(_ loop: ServerLoop) async {
        await withUnsafeCurrentTask { task in
            guard let task = task.map(RunningTask.init) else { preconditionFailure("This is not a task") }
            await serveAll(as: task, loop)
        }
    }

    /// ``ServerExchange/run(_:)`` for one exchange after the other. It is repeated here because an asynchronous function
    /// costs a switch of executors when it returns.
    private func serveAll(as task: RunningTask, _ loop: ServerLoop) async {
        var next = first.take()
        next?.begin(in: task)
        while let request = next.take() {
            do {
                let connection = request.stream.connection
                do {
                    // The exchange is released, and its memory, before the next request is read.
                    let exchange = (consume request).exchange
                    var failure: (any Error)?
                    do {
                        try await handler(HTTPServerRequest(exchange))
                    } catch {
                        failure = error
                    }
                    if exchange.presentSession != nil { failure = await exchange.settleSession(after: failure) }
                    exchange.finish(error: failure)
                }
                // A cancelled task stays so.
                guard !task.isCancelled, loop.executor.isCurrent else { return }
                next = search(connection, as: task)
            }
            guard next == nil else { continue }
            next = await withUnsafeContinuation { continuation in
                let waiter = Waiter(task: task, continuation: continuation)
                if !pool.wait(waiter, mayWait: loop.hasConnections) { continuation.resume(returning: nil) }
            }
        }
    }

    /// The next request in what has arrived on the connection, if that is being processed just now.
    private func search(_ connection: HTTP2ServerConnection, as task: RunningTask) -> Request? {
        guard connection.channel.isProcessing else { return nil }
        pool.beginSearch()
        connection.takeTurnBack()
        while !pool.hasFound, connection.advance() {}
        guard let request = pool.endSearch() else { return nil }
        request.begin(in: task)
        return request
    }
}
