import NIOCore

/// Preparing a connection for its first request: adding TLS, or replacing it with HTTP/2. Called on the loop.
extension HTTP1ClientConnection {
    /// Adds TLS in front of the connection.
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

    /// Replaces this connection in the channel with one that speaks HTTP/2.
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
