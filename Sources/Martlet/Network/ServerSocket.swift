import CLibrary
import NIOCore
import Synchronization

/// A listening socket that no server owns yet.
///
/// ``HTTPServer/listen(on:configuration:)`` serves the connections that it accepts. Closing that server does not close
/// the socket.
public final class ServerSocket: Sendable {
    /// The address the socket is bound to.
    public let address: InternetAddress
    /// The port the socket is bound to; 0 for a Unix-domain socket.
    public let port: Int

    /// The open descriptors: the listening one, and others in its SO_REUSEPORT group. Empty once closed.
    private let descriptors: Mutex<[CInt]>
    /// How many connections may wait to be accepted.
    let backlog: CInt
    /// Whether this process bound the socket, and so has to remove its path.
    private let isOwn: Bool
    /// Whether other sockets, of other processes too, may be bound to the same port.
    let isShared: Bool
    /// The group of the socket, if it has several descriptors.
    private let group: Group?

    private init(
        address: InternetAddress,
        port: Int,
        descriptors: [CInt],
        backlog: CInt = SystemSocket.maximumBacklog,
        isOwn: Bool = false,
        isShared: Bool = false,
        group: Group? = nil
    ) {
        self.address = address
        self.port = port
        self.descriptors = Mutex(descriptors)
        self.backlog = backlog
        self.isOwn = isOwn
        self.isShared = isShared
        self.group = group
    }

    /// A port that several listening sockets of this process share exclusively.
    private struct Group: Hashable {
        let address: InternetAddress
        let port: Int
    }

    /// The groups of this process. The system would let any `shared` socket of the same user join them; here that is
    /// refused, as for a single socket.
    private static let groups = Mutex<Set<Group>>([])

    /// Takes ownership of a socket that is already listening, for example one passed by systemd's socket activation.
    ///
    /// - Throws: ``SocketError`` if `fileDescriptor` is not a socket.
    public convenience init(fileDescriptor: CInt) throws {
        let (address, port) = try SystemSocket.localAddress(of: fileDescriptor)
        self.init(address: address, port: port, descriptors: [fileDescriptor])
    }

    /// Binds a socket and listens on it.
    ///
    /// - Parameters:
    ///   - address: An IP address, a name (its first address is used), or a Unix-domain path.
    ///   - port: The port, or 0 to let the system choose one; see ``port``.
    ///   - backlog: How many connections may wait to be accepted; 0 means the system's maximum.
    ///   - v6Only: Whether a socket on an IPv6 address refuses IPv4 connections.
    ///   - shared: Whether other sockets that are also `shared` may be bound to the same port (SO_REUSEPORT).
    /// - Throws: ``SocketError``.
    public static func bind(
        _ address: InternetAddress,
        port: Int,
        backlog: Int = 0,
        v6Only: Bool = false,
        shared: Bool = false
    ) async throws -> ServerSocket {
        try await bind(address, port: port, backlog: backlog, v6Only: v6Only, shared: shared, listeners: 1)
    }

    /// Binds `listeners` sockets to one port, among which the system distributes the connections.
    static func bind(
        _ address: InternetAddress,
        port: Int,
        backlog: Int,
        v6Only: Bool,
        shared: Bool,
        listeners: Int
    ) async throws -> ServerSocket {
        guard (0...65535).contains(port) else {
            throw SocketError(operation: "listen on port \(port)", code: nil, message: "a port is between 0 and 65535")
        }
        guard let wanted = try await address.socketAddresses(port: port).first else {
            throw SocketError(operation: "look up \(address)", code: nil, message: NameResolver.unknownName)
        }
        let backlog = backlog > 0 ? CInt(clamping: backlog) : SystemSocket.maximumBacklog
        let canGroup = SystemSocket.balancesReusedPorts && address.kind != .unix
        var open: [CInt] = []
        do {
            // The first socket of a group that is not shared is bound without SO_REUSEPORT, so that this fails if the
            // port is in use, and joins the group before it listens.
            let first = try SystemSocket.open(bind: wanted, v6Only: v6Only, reusePort: shared)
            open.append(first)
            let (boundAddress, boundPort) = try SystemSocket.localAddress(of: first)
            let group = Group(address: boundAddress, port: boundPort)
            if shared, groups.withLock({ $0.contains(group) }) {
                throw SocketError(operation: "bind", code: EADDRINUSE)
            }
            if canGroup, listeners > 1 {
                try SystemSocket.setReusePort(first)
                var bound = wanted
                bound.port = boundPort
                for _ in 1..<listeners {
                    open.append(try SystemSocket.open(bind: bound, v6Only: v6Only, reusePort: true))
                }
            }
            for descriptor in open {
                try SystemSocket.listen(descriptor, backlog: backlog)
            }
            let isGroup = !shared && open.count > 1
            if isGroup { groups.withLock { _ = $0.insert(group) } }
            return ServerSocket(
                address: boundAddress,
                port: boundPort,
                descriptors: open,
                backlog: backlog,
                isOwn: true,
                isShared: shared && address.kind != .unix,
                group: isGroup ? group : nil
            )
        } catch {
            open.forEach(SystemSocket.close)
            let place = address.kind == .unix ? "\(address)" : "\(address):\(port)"
            throw SocketError(operation: "listen on \(place)", code: (error as? SocketError)?.code)
        }
    }

    /// Stops listening. Servers that listen on the socket have descriptors of their own, and continue until they are
    /// closed.
    public func close() {
        let wasOpen = descriptors.withLock { open in
            open.forEach(SystemSocket.close)
            defer { open = [] }
            return !open.isEmpty
        }
        guard wasOpen else { return }
        leaveGroup()
        // Only once: later the path may belong to another process.
        if isOwn, address.kind == .unix {
            unlink(address.host)
        }
    }

    /// Duplicates of the descriptors, which the caller must close.
    func duplicates() throws -> [CInt] {
        try descriptors.withLock { open in
            guard !open.isEmpty else {
                throw SocketError(operation: "listen on port \(port)", code: EBADF, message: "the socket is closed")
            }
            return try open.map(SystemSocket.duplicate)
        }
    }

    private func leaveGroup() {
        guard let group else { return }
        Self.groups.withLock { _ = $0.remove(group) }
    }

    deinit {
        let wasOpen = descriptors.withLock { open in
            open.forEach(SystemSocket.close)
            return !open.isEmpty
        }
        if wasOpen { leaveGroup() }
    }
}
