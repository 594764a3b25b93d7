import HTTPTypes
import NIOCore

extension HTTPServerRequest {
    /// Where the time comes from.
    package var time: TimeSource { exchange.loop.core.time }

    /// Runs `handler` for the request, and cancels its task if it takes longer than `timeout` to end its response.
    ///
    /// - Throws: What `handler` throws; ``HTTPError`` with 503 if it was cancelled and has sent nothing.
    package func answer(with handler: HTTPServer.Handler, within timeout: Duration) async throws {
        let exchange = exchange
        let timer = exchange.loop.clock.schedule(in: TimeAmount(timeout)) { [weak exchange] in
            guard let exchange else { return }
            exchange.connection.handlerIsOverdue(exchange)
        }
        defer { timer.cancel() }
        do {
            try await handler(self)
        } catch  where exchange.isOverdue && !response.isHeadSent {
            // However the handler has taken its cancellation.
            throw HTTPError.tookTooLong
        }
        if exchange.isOverdue, !response.isHeadSent { throw HTTPError.tookTooLong }
    }
}

extension HTTPError {
    /// The answer to a request whose handler takes too long.
    static let tookTooLong = HTTPError(.serviceUnavailable, "The request took too long.")
}
