import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the end of the TLS handshake, as a handler between TLS and the connection, and is removed with it.
final class Handshake: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the channel's loop.

    typealias InboundIn = ByteBuffer

    private let identity: ConnectionIdentity
    private let negotiated: EventLoopPromise<String?>
    private var timer: Scheduled<Void>?

    /// - Parameter limit: How long the handshake may take.
    init(_ identity: ConnectionIdentity, within limit: TimeLimit?) {
        let negotiated = identity.loop.eventLoop.makePromise(of: String?.self)
        self.identity = identity
        self.negotiated = negotiated
        self.timer = limit.map { limit in
            identity.loop.clock.schedule(at: limit.deadline) { negotiated.fail(limit.error) }
        }
    }

    /// Adds TLS in front of `connection`. Called on the loop.
    ///
    /// - Returns: The protocol that the server has chosen, if there was a choice, once it has proved that it owns its
    ///   certificate.
    func begin(
        on connection: HTTP1ClientConnection,
        _ context: NIOSSLContext,
        serverName: String?
    ) -> EventLoopFuture<String?> {
        do {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
            try connection.putInFront([AlertDelivery(), handler, self])
        } catch {
            end(.failure(error))
        }
        return negotiated.futureResult
    }

    /// Bytes have arrived ahead of the handshake.
    static func earlyBytes(_ key: PoolKey) -> HTTPClientError {
        .handshakeFailed(
            host: key.host,
            port: key.port,
            reason: "Bytes arrived before the TLS handshake: the proxy or a stranger has sent them, not the server."
        )
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let negotiated) = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        identity.security = ConnectionSecurity(context.pipeline)
        end(.success(negotiated))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(error))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(HTTPClientError.connectionClosed))
        context.fireChannelInactive()
    }

    private func end(_ result: Result<String?, any Error>) {
        timer?.cancel()
        timer = nil
        negotiated.completeWith(result)
    }
}
