import CLibrary
import NIOCore
import NIOSSL

extension ChannelHandlerContext {
    /// Tears the connection down in a way that tells the server that its answer is not waited for: to close in good
    /// order says only that nothing more is sent, and the client may still wait.
    func reset() {
        let atOnce = linger(l_onoff: 1, l_linger: 0)
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(atOnce)
        // Past TLS, whose goodbye would be waited for.
        let security = try? pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
        (security ?? self).close(promise: nil)
    }
}
