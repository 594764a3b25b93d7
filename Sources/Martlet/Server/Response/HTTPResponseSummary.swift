import HTTPTypes
import NIOCore

/// What became of a response, for those who keep count of it.
public struct HTTPResponseSummary: Sendable, Hashable {
    /// The status that was sent; nil when the connection ended before.
    public let status: HTTPResponse.Status?
    /// How many bytes of content were sent, compressed if they were, without what frames them.
    public let contentBytes: Int
    /// Whether the response was sent to its end. False when the client went away, or the handler failed on the way.
    public let isComplete: Bool
}

extension HTTPServerResponse {
    /// Runs `action` when the response is over: ended and its handler returned, detached, or its connection closed.
    ///
    /// It is run on the connection's event loop, once, whatever happens to the request; it must not block.
    public func onCompletion(_ action: @escaping @Sendable (HTTPResponseSummary) -> Void) {
        if exchange.executor.isCurrent {
            exchange.connection.whenComplete(exchange, action)
        } else {
            let exchange = exchange
            exchange.eventLoop.execute { exchange.connection.whenComplete(exchange, action) }
        }
    }
}
