import HTTPWire
import NIOCore

/// The address at which a server listens or from which a peer connects: an IP address, a host name, or the path of a
/// Unix-domain socket.
///
/// A string literal is a host name or an IP address: `"localhost"`, `"0.0.0.0"`, `"::1"`.
public struct InternetAddress: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The kind of the address.
    public enum Kind: Sendable, Hashable {
        /// An IPv4 address in dotted form.
        case ipv4
        /// An IPv6 address, without brackets.
        case ipv6
        /// A name that ``lookup()`` turns into IP addresses.
        case name
        /// The path of a Unix-domain socket.
        case unix
    }

    /// The kind of the address.
    public let kind: Kind
    /// The address as text: the IP address without brackets, the name, or the path.
    public let host: String

    private init(kind: Kind, host: String) {
        self.kind = kind
        self.host = host
    }

    /// Creates an IP address or a host name, depending on the form of the text. Brackets around an IPv6 address are
    /// dropped.
    ///
    /// An address may be in any notation that URLs allow (`127.1`, `0x7f.0.0.1`, `2130706433`, `0:0::1`), and an IPv6
    /// address may have a zone (`fe80::1%eth0`). ``host`` has it in the form that the operating system prints.
    public init(_ host: String) {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard let text = IPAddressBytes.canonicalText(of: bare) else {
            self.init(kind: .name, host: host)
            return
        }
        self.init(kind: text.utf8.contains(0x3A) ? .ipv6 : .ipv4, host: text)
    }

    /// Creates an IP address or a host name.
    public init(stringLiteral host: String) {
        self.init(host)
    }

    /// `127.0.0.1`: reachable from this machine only.
    public static let loopbackIPv4 = InternetAddress(kind: .ipv4, host: "127.0.0.1")
    /// `::1`: reachable from this machine only.
    public static let loopbackIPv6 = InternetAddress(kind: .ipv6, host: "::1")
    /// `0.0.0.0`: every IPv4 interface of this machine.
    public static let anyIPv4 = InternetAddress(kind: .ipv4, host: "0.0.0.0")
    /// `::`: every interface of this machine, including IPv4 unless the socket is bound with `v6Only`.
    public static let anyIPv6 = InternetAddress(kind: .ipv6, host: "::")

    /// The Unix-domain socket at `path`.
    public static func unix(path: String) -> InternetAddress {
        InternetAddress(kind: .unix, host: path)
    }

    /// Whether the address is reachable from this machine only.
    public var isLoopback: Bool {
        switch kind {
        case .ipv4: host.hasPrefix("127.")
        case .ipv6: host == "::1" || host.hasPrefix("::ffff:127.")
        case .name: host == "localhost"
        case .unix: true
        }
    }

    /// The address as text, in the form of URLs: IPv6 in brackets.
    public var description: String {
        kind == .ipv6 ? "[\(host)]" : host
    }

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

extension InternetAddress {
    /// The address part of a socket address.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4: self.init(kind: .ipv4, host: address?.ipAddress ?? "")
        case .v6: self.init(kind: .ipv6, host: address?.ipAddress ?? "")
        case .unixDomainSocket: self.init(kind: .unix, host: address?.pathname ?? "")
        case nil: return nil
        }
    }
}
