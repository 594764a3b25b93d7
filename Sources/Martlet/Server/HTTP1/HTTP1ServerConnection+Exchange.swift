import HTTPTypes
import HTTPWire
import NIOCore

/// How a connection's requests get to the handler, and its responses to the client: one task handles the requests one
/// after the other, as long as the connection lives. A task for each request would cost more than a small request itself.
extension HTTP1ServerConnection: ResponseCarrier {
    var isShared: Bool { false }

    var isPeerGone: Bool { state.isClosed || machine.isCutOff }

    var receiver: (any DetachedReceiver)? { state.receiver }

    /// Passes a request to the connection's task. Called on the loop.
    func startHandler(
        _ handler: @escaping HTTPServer.Handler,
        for exchange: ServerExchange,
        on executor: (any TaskExecutor)?
    ) {
        switch self.handler.deliver(exchange) {
        case .resume(let task):
            task.resume(returning: exchange)
        case .keep:
            break
        case .start:
            let task = loop.shutdownContext.run {
                if let executor {
                    Task(executorPreference: executor) { await self.serve(exchange, handler) }
                } else {
                    // Runs up to the handler's first suspension before it returns: no hop, no queue.
                    Task.immediate(executorPreference: loop.executor) { await self.serve(exchange, handler) }
                }
            }
            self.handler.started(task)
        }
    }

    /// The body of the connection's task.
    private func serve(_ first: ServerExchange, _ handler: HTTPServer.Handler) async {
        await withUnsafeCurrentTask { task in
            if let task, loop.executor.isCurrent { self.handler.runs(as: RunningTask(task)) }
            await serveAll(first, handler)
        }
    }

    /// ``ServerExchange/run(_:)`` for one exchange after the other. It is repeated here because an asynchronous function
    /// costs a switch of executors when it returns.
    private func serveAll(_ first: ServerExchange, _ handler: HTTPServer.Handler) async {
        var next: ServerExchange? = first
        repeat {
            // The exchange is released, and its memory, before the next one is waited for.
            if let exchange = next.take() {
                var failure: (any Error)?
                do {
                    try await handler(HTTPServerRequest(exchange))
                } catch {
                    failure = error
                }
                if exchange.presentSession != nil { failure = await exchange.settleSession(after: failure) }
                exchange.finish(error: failure)
            }
            next = await nextExchange()
        } while next != nil
    }

    private func nextExchange() async -> ServerExchange? {
        if loop.executor.isCurrent, let ready = takeNextExchange() {
            return ready
        }
        return await withUnsafeContinuation { continuation in
            if loop.executor.isCurrent {
                waitForExchange(continuation)
            } else {
                loop.eventLoop.execute { self.waitForExchange(continuation) }
            }
        }
    }

    /// The next request, if it has arrived already.
    private func takeNextExchange() -> ServerExchange? {
        while !handler.hasNext, advance() {}
        return handler.takeNext()
    }

    private func waitForExchange(_ continuation: UnsafeContinuation<ServerExchange?, Never>) {
        if case .resume(let exchange) = handler.requestNext(continuation, mayWait: state.isOpen) {
            continuation.resume(returning: exchange)
        }
    }

    var isHandlerTask: Bool { loop.executor.isCurrent && handler.isCurrentTask }

    func breakOff() {
        abort()
    }

    // MARK: Responses

    func makeRoom() -> Bool {
        if channel.output.byteCount >= OutputBuffer.copyLimit * 2 { flushOutput() }
        return channel.isWritable
    }

    func end(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        guard try beginContent(exchange) == .regions else { return false }
        _ = try write(exchange, slice)
        try end(exchange, .none)
        return true
    }

    func write(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        guard slice.isIntact else { throw .fileTruncated }
        try respond(exchange) { (writer, _, output) throws(HTTPServerError) in
            try writer.write(slice, into: &output)
        }
        flushOutput()
        return channel.isWritable
    }
}
