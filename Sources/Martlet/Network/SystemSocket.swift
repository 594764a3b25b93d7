#if os(Linux)
    import CEpoll
#endif
import CLibrary
import HTTPWire
import NIOCore

/// The few system calls that NIO's bootstrap does not offer.
enum SystemSocket {
    /// The backlog for `listen` if the user leaves it to the system.
    static let maximumBacklog: CInt = 4096

    /// Whether the system distributes connections among sockets that share a port; BSDs give all of them to the last
    /// one.
    static var balancesReusedPorts: Bool {
        #if os(Linux)
            true
        #else
            false
        #endif
    }

    private static var stream: CInt {
        #if os(Linux)
            CInt(SOCK_STREAM.rawValue)
        #else
            SOCK_STREAM
        #endif
    }

    static func open(bind address: SocketAddress, v6Only: Bool, reusePort: Bool) throws -> CInt {
        #if os(Linux)
            let type = stream | CInt(SOCK_CLOEXEC.rawValue)
        #else
            let type = stream
        #endif
        let descriptor = socket(CInt(address.protocol.rawValue), type, 0)
        guard descriptor >= 0 else { throw SocketError(operation: "open a socket", code: errno) }
        do {
            switch address {
            case .v4:
                try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            case .v6:
                try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
                try set(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, v6Only ? 1 : 0)
            case .unixDomainSocket:
                break
            }
            if reusePort {
                try setReusePort(descriptor)
            }
            let result = address.withSockAddr { pointer, size in
                CLibrary.bind(descriptor, pointer, socklen_t(size))
            }
            guard result == 0 else { throw SocketError(operation: "bind to \(address)", code: errno) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    static func setReusePort(_ descriptor: CInt) throws {
        try set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
    }

    static func listen(_ descriptor: CInt, backlog: CInt) throws {
        let result = CLibrary.listen(descriptor, backlog)
        guard result == 0 else { throw SocketError(operation: "listen", code: errno) }
    }

    static func duplicate(_ descriptor: CInt) throws -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SocketError(operation: "duplicate a socket", code: errno) }
        return copy
    }

    static func close(_ descriptor: CInt) {
        _ = CLibrary.close(descriptor)
    }

    static func setNonBlocking(_ descriptor: CInt) throws(SocketError) {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw SocketError(operation: "set an option of a socket", code: errno)
        }
    }

    /// Keeps a descriptor from programs that this one starts.
    static func closeOnExec(_ descriptor: CInt) {
        let flags = fcntl(descriptor, F_GETFD)
        if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }

    /// Checks that connections can be accepted from a descriptor that another program has opened.
    ///
    /// - Throws: ``SocketError``, whose message says what the descriptor is instead.
    static func checkListening(_ descriptor: CInt) throws(SocketError) {
        func failure(_ message: String) -> SocketError {
            SocketError(operation: "accept connections from descriptor \(descriptor)", code: nil, message: message)
        }
        guard fcntl(descriptor, F_GETFD) >= 0 else { throw failure("is not open") }
        guard let type = get(descriptor, SO_TYPE) else {
            throw failure("is not a socket; ListenStream= makes one, ListenFIFO= and the like don't")
        }
        guard type == stream else { throw failure("is not a stream socket; use ListenStream=") }
        guard get(descriptor, SO_ACCEPTCONN) == 1 else {
            throw failure("is not a listening socket; use Accept=no, the default of socket units")
        }
        // TCP's and Unix-domain sockets have addresses; others, such as AF_VSOCK, are not known here.
        guard (try? localAddress(of: descriptor)) != nil else {
            throw failure("is neither TCP's nor a Unix-domain socket")
        }
    }

    /// Lets a listening socket ignore clients that want to connect, and complete the connections that are being made.
    /// Clients try again after a second, and then reach another socket that shares the port.
    ///
    /// - Returns: Whether the system can do that, and does not make it needless.
    static func refuseNewConnections(_ descriptor: CInt) -> Bool {
        #if os(Linux)
            !movesConnections && martlet_refuse_new(descriptor) == 0
        #else
            false
        #endif
    }

    /// Whether the system moves the connections of a listening socket that is closed to another one of the port.
    private static var movesConnections: Bool {
        let file = CLibrary.open("/proc/sys/net/ipv4/tcp_migrate_req", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var digit: UInt8 = 0
        return read(file, &digit, 1) == 1 && digit == UInt8(ascii: "1")
    }

    /// Sends small segments at once. Connections inherit it from the socket that accepts them; sockets that are not
    /// TCP's have no such option.
    static func setNoDelay(_ descriptor: CInt) {
        try? set(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// The address a socket is bound to, and its port (0 for a Unix-domain socket).
    static func localAddress(of descriptor: CInt) throws -> (InternetAddress, Int) {
        errno = 0
        guard let address = socketAddress(of: descriptor, getsockname) else {
            throw SocketError(operation: "read the address of a socket", code: errno == 0 ? EAFNOSUPPORT : errno)
        }
        if case .unixDomainSocket = address { return (.unix(path: address.pathname ?? ""), 0) }
        return (InternetAddress(address.ipAddress ?? ""), address.port ?? 0)
    }

    /// The address that `getsockname` or `getpeername` reports; nil for an unknown family too.
    static func socketAddress(
        of descriptor: CInt,
        _ read: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            guard read(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
            switch CInt(pointer.pointee.ss_family) {
            case AF_INET: return SocketAddress(raw.load(as: sockaddr_in.self))
            case AF_INET6: return SocketAddress(raw.load(as: sockaddr_in6.self))
            case AF_UNIX: return SocketAddress(raw.load(as: sockaddr_un.self))
            default: return nil
            }
        }
    }

    /// The 4 or 16 bytes of an IP address; 4 for an IPv4-mapped IPv6 address (`::ffff:a.b.c.d`).
    static func bytes(ofIPAddress text: String) -> [UInt8]? {
        guard let bytes = IPAddressBytes.bytes(of: text) else { return nil }
        guard bytes.count == 16 else { return bytes }
        let wrapsIPv4 = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xFF }
        return wrapsIPv4 ? Array(bytes.suffix(4)) : bytes
    }

    /// An option of the socket itself; nil if it can't be read.
    private static func get(_ descriptor: CInt, _ name: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func set(_ descriptor: CInt, _ level: CInt, _ name: CInt, _ value: CInt) throws {
        var value = value
        guard setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw SocketError(operation: "set an option of a socket", code: errno)
        }
    }
}
