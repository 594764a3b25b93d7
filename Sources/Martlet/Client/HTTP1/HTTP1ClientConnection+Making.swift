import NIOCore

/// What becomes of a connection before its first request: TLS in front of it, or HTTP/2 in its place. Called on the
/// loop.
extension HTTP1ClientConnection {
    /// Puts TLS in front of the connection.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already, or bytes have arrived on it.
    func putInFront(_ handlers: [any ChannelHandler]) throws {
        guard let context else { throw failure ?? HTTPClientError.connectionClosed }
        // What has arrived already is not from the server: nothing proves where it comes from.
        guard isUntouched else {
            abort()
            throw earlyBytes
        }
        try context.pipeline.syncOperations.addHandlers(handlers, position: .first)
    }

    /// Bytes have arrived ahead of the handshake.
    var earlyBytes: HTTPClientError {
        .handshakeFailed(
            host: key.host,
            port: key.port,
            reason: "Bytes arrived before the TLS handshake: the proxy or a stranger has sent them, not the server."
        )
    }

    /// Lets a connection that speaks HTTP/2 take this one's place in the channel.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already.
    func becomeHTTP2() throws -> HTTP2ClientConnection {
        let successor = HTTP2ClientConnection(identity)
        let (context, rest) = try leave { try $0.pipeline.syncOperations.addHandler(successor) }
        if rest.readableBytes > 0 {
            context.fireChannelRead(NIOAny(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        return successor
    }
}
