import NIOCore

/// Servers without sockets, for tests.
extension HTTPServer: MemoryListener {
    /// A server whose connections are made by ``connect(on:initialize:)``.
    ///
    /// - Parameter security: The server's TLS; nil for none.
    /// - Throws: ``SecurityContextError``.
    package static func inMemory(
        configuration: Configuration,
        security: SecurityContext? = nil
    ) async throws -> HTTPServer {
        guard let security else { return HTTPServer(inMemoryWith: configuration, security: nil) }
        let loaded = try await ServerSecurity.load(security, .notRequested, configuration)
        return HTTPServer(inMemoryWith: configuration, security: loaded)
    }

    /// Connects a client to the server, which has to be serving.
    ///
    /// - Throws: ``HTTPServerError/serverClosed`` if the server does not serve, or has no room for a connection.
    package func connect<Result: Sendable>(
        on eventLoop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Result
    ) async throws -> Result {
        guard let loop = run?.loop(for: eventLoop), core.room > 0 else { throw HTTPServerError.serverClosed }
        let (client, server) = MemoryChannel.makePair(
            MemoryChannel.End(on: eventLoop, address: try SocketAddress(ipAddress: "127.0.0.1", port: 49_152)),
            MemoryChannel.End(on: loop.eventLoop, address: try SocketAddress(ipAddress: "127.0.0.1", port: port))
        )
        core.connectionBegan()
        server.closeFuture.whenComplete { _ in self.core.connectionEnded() }
        do {
            try await loop.eventLoop.run { try server.activate { try loop.initialize($0) } }
        } catch is UnwantedConnection {
            // The client finds it closed.
        }
        return try await eventLoop.run { try client.activate(initialize) }
    }
}
