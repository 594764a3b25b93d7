import NIOCore

/// Shows the bytes of a connection to an observer. Stands between TLS, if there is any, and the connection; in the pipeline
/// of servers with a ``HTTPServer/Configuration/wireObserver`` only.
final class WireTap: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let observer: any WireObserver

    init(_ observer: any WireObserver) {
        self.observer = observer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        observer.received(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        observer.sent(unwrapOutboundIn(data))
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        observer.closed()
        context.fireChannelInactive()
    }
}
