import NIOCore

extension HTTPServerResponse {
    /// Takes the connection over from the server.
    ///
    /// - Parameter writeHeaders: Whether the head of this response, with its status, headers and cookies as they are,
    ///   is sent first. `Connection` and `Upgrade` are then sent as they are in ``headers``.
    /// - Returns: The socket; its first bytes are those that the client sent after the request.
    /// - Throws: ``HTTPServerError/headAlreadySent`` when the head has been sent.
    public func detachSocket(writeHeaders: Bool = true) async throws -> DetachedSocket {
        try await exchange.commitSession()
        let exchange = exchange
        return try await exchange.executor.run {
            try exchange.connection.detach(exchange, writeHeaders: writeHeaders)
        }
    }
}
