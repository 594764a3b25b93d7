/// Who gets the requests of a server.
enum RequestDelivery: Sendable {
    /// Each connection has a task that answers its requests: on its event loop, or on the executor given.
    case handler(HTTPServer.Handler, on: (any TaskExecutor)?, within: ShutdownContext, takesRefusals: Bool)
    /// The requests wait in a queue for somebody who iterates over the server.
    case sequence(RequestQueue)

    /// Whether requests that the server refuses are delivered too, for what stands around the handler.
    var takesRefusals: Bool {
        if case .handler(_, on: _, within: _, takesRefusals: true) = self { true } else { false }
    }

    /// What the tasks of handlers are made in.
    var shutdownContext: ShutdownContext {
        if case .handler(_, on: _, within: let context, takesRefusals: _) = self { context } else { .none }
    }

    /// Called on the event loop of the exchange's connection.
    func deliver(_ exchange: ServerExchange) {
        switch self {
        case .handler(let handler, on: let executor, within: _, takesRefusals: _):
            exchange.connection.hand(exchange, to: handler, on: executor)
        case .sequence(let queue):
            queue.push(HTTPServerRequest(exchange, guardian: ExchangeGuardian(exchange)))
        }
    }
}
