import NIOCore

extension InternetAddress {
    /// The IP addresses of a host name, in the order of the system's resolver.
    ///
    /// An IP address or a Unix-domain path is returned as it is. The lookup runs on a thread of its own, so that a slow
    /// resolver blocks nothing else, and takes at most 30 seconds.
    ///
    /// - Throws: ``SocketError`` if the name is unknown, or its address is not found in time.
    public func lookup() async throws -> [InternetAddress] {
        try await socketAddresses(port: 0).compactMap { InternetAddress($0) }
    }

    /// The socket addresses to bind or connect to.
    func socketAddresses(port: Int, resolver: NameResolver = .shared) async throws -> [SocketAddress] {
        switch kind {
        case .ipv6 where host.utf8.contains(0x25), .name:
            // Only the system can map a zone to its number.
            return try await resolver.addresses(of: host, port: port)
        case .ipv4, .ipv6:
            return [try SocketAddress(ipAddress: host, port: port)]
        case .unix:
            return [try SocketAddress(unixDomainSocketPath: host)]
        }
    }
}
