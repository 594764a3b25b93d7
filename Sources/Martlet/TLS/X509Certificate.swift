import Crypto
import HTTPWire
import NIOSSL

/// A certificate that a peer has shown (RFC 5280).
public struct X509Certificate: Sendable, Hashable {
    /// The certificate as it was sent.
    public let derBytes: [UInt8]
    /// Whom it is about, as in RFC 4514: `CN=example.com,O=Example`.
    public let subject: String
    /// Who vouches for it.
    public let issuer: String
    /// From when it is valid.
    public let validFrom: HTTPDate
    /// Until when it is valid.
    public let validUntil: HTTPDate

    /// What it is for, of what matters to HTTP (subjectAltName, RFC 5280 section 4.2.1.6).
    public let names: [Name]

    /// A name that a certificate is for.
    public enum Name: Sendable, Hashable {
        /// A domain name, or a pattern such as `*.example.com`.
        case domain(String)
        /// The four or sixteen bytes of an IP address.
        case address([UInt8])
    }

    /// The SHA-256 of the certificate, by which it can be recognized.
    public var sha256: [UInt8] { Array(SHA256.hash(data: derBytes)) }
    /// The SHA-1 of the certificate, as old lists have it.
    public var sha1: [UInt8] { Array(Insecure.SHA1.hash(data: derBytes)) }

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

    /// Nil when the bytes are no certificate.
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
}
