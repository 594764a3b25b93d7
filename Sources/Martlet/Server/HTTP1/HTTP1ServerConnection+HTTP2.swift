import NIOCore
import Synchronization

/// How a connection becomes one of HTTP/2. Called on the loop.
extension HTTP1ServerConnection {
    /// Passes the connection, and what has arrived on it, to HTTP/2.
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
        // Only after the successor was added: a loop without connections may be done.
        loop.remove(self)
        channel.removed()
        // Before the successor gets its first bytes: channel events meanwhile, such as its closing, would end up here.
        pipeline.removeHandler(self, promise: nil)
        if bytes.readableBytes > 0, let context = successor.context {
            successor.channelRead(context: context, data: NIOAny(bytes))
            successor.channelReadComplete(context: context)
        }
        if channel.isReadHeldBack { successor.context?.read() }
    }
}
