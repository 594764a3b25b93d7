import NIOCore

/// Refuses clients that offer only unsupported protocols, with the alert that RFC 7301 section 3.2 requires.
///
/// NIOSSL would continue without a protocol, and its context has no setting for that. The alert is sent before the TLS
/// library has answered the ClientHello, while everything is still plain text.
final class ApplicationProtocolRefusal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A record with the alert: fatal (2), no_application_protocol (120).
    private static let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 120]
    /// HTTP/1.0 is supported although the server does not offer it: its clients are served like those that offer
    /// nothing.
    private static let alsoSpoken = Array("http/1.0".utf8)

    private let spoken: [[UInt8]]
    private var offered = OfferedProtocols()
    private var isRefused = false

    /// - Parameter protocols: The protocols that the server offers.
    init(_ protocols: [[UInt8]]) {
        self.spoken = protocols
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch offered.read(unwrapInboundIn(data)) {
        case .needsMoreBytes:
            context.fireChannelRead(data)
        case .known(let names):
            if let names, !names.contains(where: { spoken.contains($0) || $0 == Self.alsoSpoken }) {
                isRefused = true
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.alert)), promise: nil)
                context.fireErrorCaught(NoCommonProtocol(offered: names))
                context.close(promise: nil)
                return
            }
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }
}

/// Why a client was refused in the handshake, for the log.
private struct NoCommonProtocol: Error, CustomStringConvertible {
    let offered: [[UInt8]]

    var description: String {
        // Names are bytes, and chosen by the client.
        let names = offered.prefix(8).map { String(reflecting: String(decoding: $0, as: UTF8.self)) }
        return "the client offers no supported protocol (ALPN): \(names.joined(separator: ", "))"
    }
}
