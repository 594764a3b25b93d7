import NIOCore
import NIOSSL

extension ChannelHandlerContext {
    /// Tears the connection down in a way that tells the server that the client no longer waits for its answer: an
    /// orderly close only says that nothing more is sent, and the client may still wait.
    func reset() {
        EventLoops.resetOnClose(channel)
        // Past TLS, whose close_notify would be awaited.
        let security = try? pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
        (security ?? self).close(promise: nil)
    }
}
