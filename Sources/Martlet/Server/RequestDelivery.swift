/// Who gets the requests of a server.
enum RequestDelivery: Sendable {
    /// Each connection has a task that answers its requests: on its event loop, or on the executor given.
    case handler(HTTPServer.Handler, on: (any TaskExecutor)?)
    /// The requests wait in a queue for somebody who iterates over the server.
    case sequence(RequestQueue)

    /// Called on the event loop of the exchange's connection.
    func deliver(_ exchange: ServerExchange) {
        switch self {
        case .handler(let handler, on: let executor):
            exchange.connection.hand(exchange, to: handler, on: executor)
        case .sequence(let queue):
            queue.push(HTTPServerRequest(exchange, guardian: ExchangeGuardian(exchange)))
        }
    }
}
