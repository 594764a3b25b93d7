import NIOCore
import Synchronization

/// How a connection becomes one of HTTP/2. Called on the loop.
extension HTTP1ServerConnection {
    /// Leaves the connection, and what has arrived on it, to HTTP/2.
    func becomeHTTP2() {
        guard isOpen, let context else { return }
        let successor = HTTP2ServerConnection(loop: loop, security: security)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(successor, position: .after(self))
        } catch {
            return abort()
        }
        let bytes = leave(as: .closed)
        count(as: nil)
        openChannel.withLock { $0 = nil }
        // After the successor has come: a loop without connections may be done.
        loop.remove(self)
        channel.removed()
        // Before the successor takes its first bytes: what the channel says meanwhile, that it has closed for example,
        // would end here.
        pipeline.removeHandler(self, promise: nil)
        if bytes.readableBytes > 0, let context = successor.context {
            successor.channelRead(context: context, data: NIOAny(bytes))
            successor.channelReadComplete(context: context)
        }
        if channel.isReadHeldBack { successor.context?.read() }
    }
}
