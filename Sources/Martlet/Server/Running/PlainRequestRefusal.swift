import HTTPWire
import NIOCore

/// Answers clients that speak plain HTTP to a port with TLS, which would otherwise just see the connection close.
final class PlainRequestRefusal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The first byte of every TLS connection: a record with a handshake (RFC 8446 section 5.1).
    private static let handshakeRecord: UInt8 = 0x16

    private static let text = "This port speaks HTTPS: use https:// in the URL.\n"
    private static let answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"

    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        let bytes = unwrapInboundIn(data)
        if let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self), UInt8(ascii: "A") <= first,
            first <= UInt8(ascii: "z"), first != Self.handshakeRecord
        {
            isRefused = true
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)))
                .assumeIsolated()
                .whenComplete { _ in channel.close(promise: nil) }
            return
        }
        context.fireChannelRead(data)
        // The first bytes decide.
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
