import NIOCore
import Synchronization

/// Becoming an HTTP/2 connection.
extension HTTP1ClientConnection {
    /// Lets a connection that speaks HTTP/2 take this one's place in the channel. Called on the loop, before the first
    /// request.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already.
    func becomeHTTP2() throws -> HTTP2ClientConnection {
        guard isOpen, current == nil, let context else { throw HTTPClientError.connectionClosed }
        let successor = HTTP2ClientConnection(key: key, core: core, loop: loop, security: security)
        successor.connectTiming.withLock { [timing = connectTiming.withLock { $0 }] in $0 = timing }
        let rest = reader.takeRemaining()
        try context.pipeline.syncOperations.addHandler(successor)
        leaveToSuccessor()
        if rest.readableBytes > 0 {
            context.fireChannelRead(NIOAny(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        return successor
    }
}
