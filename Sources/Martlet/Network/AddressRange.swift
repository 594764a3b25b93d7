/// A range of IP addresses in CIDR notation, such as `10.0.0.0/8` or `::1`, or every Unix-domain peer (`unix:`).
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Every peer on a Unix-domain socket.
    public static let unix = AddressRange(bytes: [], prefixLength: 0)
    /// This machine: `127.0.0.0/8`, `::1` and Unix-domain peers.
    public static let loopback: [AddressRange] = [
        AddressRange(bytes: [127, 0, 0, 0], prefixLength: 8),
        AddressRange(bytes: Array(repeating: 0, count: 15) + [1], prefixLength: 128),
        .unix,
    ]

    private init(bytes: [UInt8], prefixLength: Int) {
        self.bytes = bytes
        self.prefixLength = prefixLength
    }

    /// Creates a range from text; nil if `text` is neither an IP address nor one with a valid prefix length.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        let address = InternetAddress(String(first))
        // A short IPv4 address is padded with zeros in the middle, which is not what 10/8 means.
        guard address.kind != .ipv4 || address.host == first, let bytes = Self.bytes(of: address), !bytes.isEmpty else {
            return nil
        }
        var prefixLength = bytes.count * 8
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...prefixLength).contains(length) else { return nil }
            prefixLength = length
        }
        self.init(bytes: bytes, prefixLength: prefixLength)
    }

    /// Whether `address` is in the range. An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) counts as IPv4.
    public func contains(_ address: InternetAddress) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        var remaining = prefixLength
        for (mine, theirs) in zip(bytes, other) where remaining > 0 {
            let mask: UInt8 = remaining >= 8 ? 0xFF : ~(0xFF >> UInt8(remaining))
            guard mine & mask == theirs & mask else { return false }
            remaining -= 8
        }
        return true
    }

    /// The range in CIDR notation.
    public var description: String {
        switch bytes.count {
        case 4: bytes.map(String.init).joined(separator: ".") + "/\(prefixLength)"
        case 16:
            stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":") + "/\(prefixLength)"
        default: "unix:"
        }
    }

    /// The bytes of an IP address; none for a Unix-domain path, nil for a name.
    private static func bytes(of address: InternetAddress) -> [UInt8]? {
        switch address.kind {
        case .ipv4, .ipv6: SystemSocket.bytes(ofIPAddress: address.host)
        case .unix: []
        case .name: nil
        }
    }
}
