import NIOCore

extension HTTPServer {
    /// Binds a port and makes a server for it. Connections wait in the system's queue until the server serves.
    ///
    /// - Parameters:
    ///   - address: An IP address, a name (its first address is used), or a Unix-domain path.
    ///   - port: 0 lets the system choose one; read it back from ``port``.
    ///   - backlog: How many connections may wait to be accepted; 0 means the system's maximum.
    ///   - v6Only: Whether a server on an IPv6 address refuses IPv4.
    ///   - shared: Whether other servers that are also `shared` may be bound to the same port, even in other processes.
    ///   - configuration: The settings of the server.
    /// - Throws: ``SocketError``, for example when the port is taken.
    public static func bind(
        _ address: InternetAddress,
        port: Int,
        backlog: Int = 0,
        v6Only: Bool = false,
        shared: Bool = false,
        configuration: Configuration = Configuration()
    ) async throws -> HTTPServer {
        let socket = try await bindSocket(address, port, backlog, v6Only, shared, configuration)
        return HTTPServer(socket: socket, ownsSocket: true, configuration: configuration)
    }

    /// Binds a port and makes a server for it that speaks TLS, and over it HTTP/2 or HTTP/1.1, as each client prefers.
    ///
    /// A handshake must be completed within the configuration's `headTimeout`. A failed one is logged (debug) and
    /// affects no other connection. Clients that speak plain HTTP are answered 400.
    ///
    /// - Parameters:
    ///   - address: An IP address, a name (its first address is used), or a Unix-domain path.
    ///   - port: 0 lets the system choose one; read it back from ``port``.
    ///   - security: The server's certificates with their keys, and the rules for TLS.
    ///   - clientCertificates: Whether clients are asked for certificates. They are not by default.
    ///   - backlog: How many connections may wait to be accepted; 0 means the system's maximum.
    ///   - v6Only: Whether a server on an IPv6 address refuses IPv4.
    ///   - shared: Whether other servers that are also `shared` may be bound to the same port, even in other processes.
    ///   - configuration: The settings of the server.
    /// - Throws: ``SecurityContextError`` when there is no certificate, or it can't be used; ``SocketError``, for
    ///   example when the port is taken.
    public static func bindSecure(
        _ address: InternetAddress,
        port: Int,
        security: SecurityContext,
        clientCertificates: SecurityContext.ClientCertificates = .notRequested,
        backlog: Int = 0,
        v6Only: Bool = false,
        shared: Bool = false,
        configuration: Configuration = Configuration()
    ) async throws -> HTTPServer {
        let security = try await ServerSecurity.load(security, clientCertificates, configuration)
        let socket = try await bindSocket(address, port, backlog, v6Only, shared, configuration)
        return HTTPServer(socket: socket, ownsSocket: true, configuration: configuration, security: security)
    }

    /// Makes a server for a socket that is already listening. Closing the server does not close the socket.
    public static func listen(
        on socket: ServerSocket,
        configuration: Configuration = Configuration()
    ) -> HTTPServer {
        HTTPServer(socket: socket, ownsSocket: false, configuration: configuration)
    }

    /// Makes a server that speaks TLS for a socket that is already listening. See
    /// ``bindSecure(_:port:security:clientCertificates:backlog:v6Only:shared:configuration:)``.
    ///
    /// - Throws: ``SecurityContextError``.
    public static func listenSecure(
        on socket: ServerSocket,
        security: SecurityContext,
        clientCertificates: SecurityContext.ClientCertificates = .notRequested,
        configuration: Configuration = Configuration()
    ) async throws -> HTTPServer {
        let security = try await ServerSecurity.load(security, clientCertificates, configuration)
        return HTTPServer(socket: socket, ownsSocket: false, configuration: configuration, security: security)
    }

    /// Uses another security context for connections made from now on; or, without one, reads the files of the present
    /// one again. Open connections are not affected.
    ///
    /// - Throws: ``SecurityContextError``; the present certificates then stay in use.
    public func reloadSecurity(_ security: SecurityContext? = nil) async throws {
        guard let present = core.security else {
            throw SecurityContextError("This server does not speak TLS. Make it with bindSecure.")
        }
        try await present.reload(security)
    }

    private static func bindSocket(
        _ address: InternetAddress,
        _ port: Int,
        _ backlog: Int,
        _ v6Only: Bool,
        _ shared: Bool,
        _ configuration: Configuration
    ) async throws -> ServerSocket {
        let group: any EventLoopGroup = configuration.eventLoopGroup ?? EventLoops.group
        return try await ServerSocket.bind(
            address,
            port: port,
            backlog: backlog,
            v6Only: v6Only,
            shared: shared,
            listeners: group.makeIterator().reduce(0) { count, _ in count + 1 }
        )
    }
}
