import SwiftASN1
import X509

/// Whom a development certificate is for.
enum DevelopmentHosts: Sendable {
    /// `localhost`.
    case localhost
    /// `localhost`, `127.0.0.1` and `::1`.
    case loopback

    static let name = "localhost"
    private static let ipv6 = [UInt8](repeating: 0, count: 15) + [1]

    /// The addresses of this machine that are reached from this machine only, each with its mask (RFC 5280 section
    /// 4.2.1.10).
    static let ranges = [
        ASN1OctetString(contentBytes: [127, 0, 0, 0, 255, 0, 0, 0]),
        ASN1OctetString(contentBytes: (ipv6 + [UInt8](repeating: 255, count: 16))[...]),
    ]

    /// As they stand in a certificate.
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
