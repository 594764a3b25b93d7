/// Where the requests of a server are delivered.
enum RequestDelivery: Sendable {
    /// To a handler, in a task on the connection's event loop or on the given executor.
    case handler(HTTPServer.Handler, on: (any TaskExecutor)?, within: ShutdownContext, takesRefusals: Bool)
    /// To a queue, for an iteration over the server.
    case sequence(RequestQueue)

    /// Whether requests that the server refuses are delivered too, for the middleware around the handler.
    var takesRefusals: Bool {
        if case .handler(_, on: _, within: _, takesRefusals: true) = self { true } else { false }
    }

    /// The handler, if it runs on the event loops of the connections.
    var handlerOnLoop: HTTPServer.Handler? {
        if case .handler(let handler, on: nil, within: _, takesRefusals: _) = self { handler } else { nil }
    }

    /// The context in which the tasks of handlers are made.
    var shutdownContext: ShutdownContext {
        if case .handler(_, on: _, within: let context, takesRefusals: _) = self { context } else { .none }
    }

    /// Called on the event loop of the exchange's connection.
    func deliver(_ exchange: ServerExchange) {
        switch self {
        case .handler(let handler, on: let executor, within: _, takesRefusals: _):
            exchange.connection.startHandler(handler, for: exchange, on: executor)
        case .sequence(let queue):
            queue.push(HTTPServerRequest(exchange, guardian: ExchangeGuardian(exchange)))
        }
    }
}
