import NIOCore

/// Sits between NIOSSL and the socket, and makes sure that the alert that explains the end of a connection is sent (RFC
/// 8446 section 6.2).
///
/// When a record after the handshake is invalid, NIOSSL first closes the channel, and writes the alert of the TLS
/// library later, when the read is complete. So a close during a read is held back here until the read is complete.
/// docs/upstream.md has the details.
final class AlertDelivery: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isReading = false
    /// The promise of the close that is held back.
    private var heldClose: EventLoopPromise<Void>?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes after the invalid record are meaningless.
        guard heldClose == nil else { return }
        isReading = true
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        endRead(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endRead(context)
        context.fireChannelInactive()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isReading, mode == .all else { return context.close(mode: mode, promise: promise) }
        let held = heldClose ?? context.eventLoop.makePromise()
        heldClose = held
        if let promise { held.futureResult.cascade(to: promise) }
    }

    private func endRead(_ context: ChannelHandlerContext) {
        isReading = false
        guard let held = heldClose else { return }
        heldClose = nil
        context.close(promise: held)
    }
}
