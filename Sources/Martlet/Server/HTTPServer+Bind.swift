import NIOCore
import NIOPosix

extension HTTPServer {
    /// Takes a port and makes a server for it. Connections wait in the system's queue until the server serves.
    ///
    /// - Parameters:
    ///   - address: An IP address, a name (its first address is used), or a Unix-domain path.
    ///   - port: 0 lets the system choose one; read it back from ``port``.
    ///   - backlog: How many connections may wait to be accepted; 0 takes the system's maximum.
    ///   - v6Only: Whether a server on an IPv6 address refuses IPv4.
    ///   - shared: Whether other servers that are `shared` too may be bound to the same port, also in other processes.
    ///   - configuration: How the server behaves.
    /// - Throws: ``SocketError``, for example when the port is taken.
    public static func bind(
        _ address: InternetAddress,
        port: Int,
        backlog: Int = 0,
        v6Only: Bool = false,
        shared: Bool = false,
        configuration: Configuration = Configuration()
    ) async throws -> HTTPServer {
        let group: any EventLoopGroup = configuration.eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        let socket = try await ServerSocket.bind(
            address,
            port: port,
            backlog: backlog,
            v6Only: v6Only,
            shared: shared,
            listeners: group.makeIterator().reduce(0) { count, _ in count + 1 }
        )
        return HTTPServer(socket: socket, ownsSocket: true, configuration: configuration)
    }

    /// Makes a server for a socket that listens already. Closing the server does not close the socket.
    public static func listen(
        on socket: ServerSocket,
        configuration: Configuration = Configuration()
    ) -> HTTPServer {
        HTTPServer(socket: socket, ownsSocket: false, configuration: configuration)
    }
}
