import HTTPTypes
import NIOCore

/// The outcome of a response, for logs and metrics.
public struct HTTPResponseSummary: Sendable, Hashable {
    /// The status that was sent; nil when the connection ended first.
    public let status: HTTPResponse.Status?
    /// How many bytes of content were sent, after compression and without framing.
    public let contentBytes: Int
    /// Whether the response was sent to its end. False when the client went away, or the handler failed midway.
    public let isComplete: Bool
}

extension HTTPServerResponse {
    /// Runs `action` when the response is over: ended and its handler returned, detached, or its connection closed.
    ///
    /// It runs on the connection's event loop, once, whatever happens to the request; it must not block.
    public func onCompletion(_ action: @escaping @Sendable (HTTPResponseSummary) -> Void) {
        if exchange.executor.isCurrent {
            exchange.connection.whenComplete(exchange, action)
        } else {
            let exchange = exchange
            exchange.eventLoop.execute { exchange.connection.whenComplete(exchange, action) }
        }
    }
}
