import SwiftASN1
import X509

/// The hosts that a development certificate is valid for.
enum DevelopmentHosts: Sendable {
    /// `localhost`.
    case localhost
    /// `localhost`, `127.0.0.1` and `::1`.
    case loopback

    static let name = "localhost"
    private static let ipv6 = [UInt8](repeating: 0, count: 15) + [1]

    /// The loopback addresses, each with its mask (RFC 5280 section 4.2.1.10).
    static let ranges = [
        ASN1OctetString(contentBytes: [127, 0, 0, 0, 255, 0, 0, 0]),
        ASN1OctetString(contentBytes: (ipv6 + [UInt8](repeating: 255, count: 16))[...]),
    ]

    /// The names for a certificate.
    var names: [GeneralName] {
        switch self {
        case .localhost: [.dnsName(Self.name)]
        case .loopback:
            [
                .dnsName(Self.name),
                .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                .ipAddress(ASN1OctetString(contentBytes: Self.ipv6[...])),
            ]
        }
    }
}
