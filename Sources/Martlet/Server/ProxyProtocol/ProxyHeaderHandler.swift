import HTTPWire
import Logging
import NIOCore

/// Takes the header of the PROXY protocol from the beginning of a connection, and then leaves the pipeline. Stands in front
/// of all other handlers, of which the last is the connection: it counts the time that the header takes as that of the
/// first head.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let core: ServerCore
    private let peer: InternetAddress
    /// The part of the header that has arrived.
    private var input = ByteBuffer()
    private var isOver = false

    /// - Parameter peer: The address of the balancer.
    init(_ core: ServerCore, from peer: InternetAddress) {
        self.core = core
        self.peer = peer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        var bytes = unwrapInboundIn(data)
        do {
            if input.readableBytes > 0 {
                input.writeBuffer(&bytes)
                swap(&input, &bytes)
            }
            guard let header = try ProxyHeader.read(from: &bytes) else {
                // A copy: the memory of the socket's reads is shared.
                input.clear()
                input.writeBuffer(&bytes)
                return
            }
            try pass(header, followedBy: bytes, context)
        } catch let error as ProxyHeaderError {
            core.reportProxyFailure("\(error)", from: peer)
            close(context)
        } catch {
            close(context)
        }
    }

    /// The connection is the client's from now on.
    private func pass(
        _ header: ProxyHeader,
        followedBy rest: ByteBuffer,
        _ context: ChannelHandlerContext
    ) throws {
        let ends = header.connection.map(ProxiedConnection.init)
        if let client = ends?.info.remoteAddress { try core.admit(context.channel, from: client) }
        isOver = true
        input = ByteBuffer()
        context.fireUserInboundEventTriggered(ProxyHeaderEvent.received(ends))
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func close(_ context: ChannelHandlerContext) {
        isOver = true
        input = ByteBuffer()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Without a byte, it was only looked whether the port is open.
        if !isOver, input.readableBytes > 0 { core.reportProxyFailure("it ended before the header did", from: peer) }
        isOver = true
        context.fireChannelInactive()
    }
}

/// An event of a connection about its header.
enum ProxyHeaderEvent: Sendable {
    /// The header has arrived. The ends of the connection, if it says them.
    case received(ProxiedConnection?)
}

/// The ends of a connection, as its header says. An object, so that connections without one have no room for it.
final class ProxiedConnection: Sendable {
    let info: HTTPConnectionInfo

    init(_ connection: ProxyHeader.Connection) {
        info = HTTPConnectionInfo(
            remoteAddress: InternetAddress(connection.source.host),
            remotePort: connection.source.port,
            localPort: connection.destination.port,
            localAddress: InternetAddress(connection.destination.host)
        )
    }
}

/// An open connection, whose addresses are read from other threads.
struct OpenConnection: Sendable {
    let channel: any Channel
    /// Its ends, if a header of the PROXY protocol says them.
    var proxied: ProxiedConnection?

    var info: HTTPConnectionInfo { proxied?.info ?? HTTPConnectionInfo(channel) }
}
