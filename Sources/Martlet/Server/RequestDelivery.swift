/// Who gets the requests of a server.
enum RequestDelivery: Sendable {
    /// Each request runs in a task of its own: on its connection's event loop, or on the executor given.
    case handler(HTTPServer.Handler, on: (any TaskExecutor)?)
    /// The requests wait in a queue for somebody who iterates over the server.
    case sequence(RequestQueue)

    /// Called on the event loop of the exchange's connection.
    func deliver(_ exchange: ServerExchange, on loop: ServerLoop) {
        let connection = exchange.connection
        let task: Task<Void, Never>
        switch self {
        case .handler(let handler, on: nil):
            connection.isHandlerRunning = true
            // Runs up to the handler's first suspension before it returns: no hop, no queue.
            task = Task.immediate(executorPreference: loop.executor) {
                await exchange.run(handler)
            }
        case .handler(let handler, on: let executor):
            connection.isHandlerRunning = true
            task = Task(executorPreference: executor) {
                await exchange.run(handler)
            }
        case .sequence(let queue):
            queue.push(HTTPServerRequest(exchange, guardian: ExchangeGuardian(exchange)))
            return
        }
        if connection.exchange === exchange {
            connection.handlerTask = task
        }
    }
}
