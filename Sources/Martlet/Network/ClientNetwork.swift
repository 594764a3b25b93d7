/// The network that limits count as one client: an IPv4 address, the /64 of an IPv6 address, or all peers of Unix-domain
/// sockets.
///
/// A subscriber usually has a whole /64, and so more addresses than any limit could remember.
package struct ClientNetwork: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: UInt8 {
        case unix
        case ipv4
        case ipv6
    }

    private let kind: Kind
    private let prefix: UInt64

    /// The network of an address. An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) counts as IPv4.
    package init(_ address: InternetAddress) {
        let bytes = SystemSocket.bytes(ofIPAddress: address.host) ?? []
        kind = bytes.count == 16 ? .ipv6 : bytes.count == 4 ? .ipv4 : .unix
        prefix = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `192.0.2.1`, `2001:db8:0:1::/64` or `unix:`.
    package var description: String {
        switch kind {
        case .unix: "unix:"
        case .ipv4: [24, 16, 8, 0].map { "\(prefix >> $0 & 0xFF)" }.joined(separator: ".")
        case .ipv6: [48, 32, 16, 0].map { String(prefix >> $0 & 0xFFFF, radix: 16) }.joined(separator: ":") + "::/64"
        }
    }
}
