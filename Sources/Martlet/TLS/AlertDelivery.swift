import NIOCore

/// Stands between NIOSSL and the socket, and lets the alert out that says why a connection ends (RFC 8446 section 6.2).
///
/// When a record that arrives after the handshake is refused, NIOSSL closes the channel first and hands over what the TLS
/// library has written about it afterwards, when it has been told that the read is complete. So a close that comes in
/// the middle of a read waits here until that is over. docs/upstream.md has the details.
final class AlertDelivery: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isReading = false
    /// Is told when the close that waits has been done.
    private var heldClose: EventLoopPromise<Void>?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after the refused record means nothing.
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
