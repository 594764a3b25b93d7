import HTTPWire
import NIOSSL

/// A certificate that a peer has presented (RFC 5280).
public struct X509Certificate: Sendable, Hashable {
    /// The certificate in DER, as it was sent.
    public let derBytes: [UInt8]
    /// The subject, in the form of RFC 4514: `CN=example.com,O=Example`.
    public let subject: String
    /// The issuer, in the same form.
    public let issuer: String
    /// The start of the validity period.
    public let validFrom: HTTPDate
    /// The end of the validity period.
    public let validUntil: HTTPDate

    /// The hosts that the certificate is valid for (subjectAltName, RFC 5280 section 4.2.1.6).
    public let names: [Name]

    /// A host that a certificate is valid for.
    public enum Name: Sendable, Hashable {
        /// A domain name, or a wildcard such as `*.example.com`.
        case domain(String)
        /// The four or sixteen bytes of an IP address.
        case address([UInt8])
    }

    /// The SHA-256 fingerprint of the certificate.
    public var sha256: [UInt8] { SHA256.hash(derBytes) }
    /// The SHA-1 fingerprint of the certificate, for old lists.
    public var sha1: [UInt8] { SHA1.hash(derBytes) }

    /// The certificate in PEM (RFC 7468).
    public var pem: String {
        let text = Base64.encode(derBytes)
        var lines = ["-----BEGIN CERTIFICATE-----"]
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END CERTIFICATE-----\n")
        return lines.joined(separator: "\n")
    }

    /// Parses a certificate; nil if the bytes are not one.
    init?(derBytes: [UInt8]) {
        guard let fields = try? X509Fields(derBytes) else { return nil }
        self.derBytes = derBytes
        self.subject = fields.subject
        self.issuer = fields.issuer
        self.validFrom = fields.validFrom
        self.validUntil = fields.validUntil
        self.names = fields.names
    }

    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes() else { return nil }
        self.init(derBytes: bytes)
    }

    /// Whether the certificate is valid for `host`, a domain name or an IP address (RFC 9110 section 4.3.4; RFC 9525
    /// section 6).
    ///
    /// A name is never matched by an address, nor an address by a name; the common name of the subject is ignored. A
    /// wildcard matches one label, and only as the first of at least three.
    public func isFor(host: String) -> Bool {
        // A zone identifies a network interface of this machine, and not the server.
        if let address = IPAddressBytes.bytes(of: String(host.prefix { $0 != "%" })) {
            return names.contains(.address(address))
        }
        // Compared as bytes: texts would be equal to others that only look like them.
        let wanted = HostName.normalized(host).utf8
        return names.contains { name in
            guard case .domain(let domain) = name else { return false }
            let pattern = HostName.normalized(domain).utf8
            guard pattern.starts(with: "*.".utf8) else { return pattern.elementsEqual(wanted) }
            let parent = pattern.dropFirst()
            return parent.dropFirst().contains(0x2E) && wanted.first != 0x2E
                && wanted.drop { $0 != 0x2E }.elementsEqual(parent)
        }
    }
}
