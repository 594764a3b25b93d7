import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The certificate authority of one user on one machine.
struct DevelopmentAuthority {
    private static let day = 86_400.0
    /// Ten years.
    private static let lifetime = 3_650 * day
    /// Browsers accept at most 398 days.
    private static let leafLifetime = 397 * day
    /// How long before its expiry a certificate is renewed.
    private static let renewal = 30 * day
    /// The tolerated difference between clocks.
    private static let tolerance = 3_600.0

    let certificate: Certificate
    private let key: DevelopmentKey

    /// Creates an authority with a self-signed certificate.
    init(key: DevelopmentKey, at now: Date) throws(DevelopmentCertificateError) {
        self.key = key
        certificate = try Self.making {
            let name = try DistinguishedName {
                OrganizationName("Martlet")
                CommonName("Martlet development on \(ProcessInfo.processInfo.hostName)".prefix64)
            }
            return try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: key.publicKey,
                notValidBefore: now - Self.tolerance,
                notValidAfter: now + Self.lifetime,
                issuer: name,
                subject: name,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true))
                    try ExtendedKeyUsage([.serverAuth])
                    Critical(
                        NameConstraints(
                            permittedDNSDomains: [DevelopmentHosts.name],
                            permittedIPRanges: DevelopmentHosts.ranges
                        )
                    )
                    SubjectKeyIdentifier(hash: key.publicKey)
                },
                issuerPrivateKey: key.signer
            )
        }
    }

    /// Creates the authority of an existing certificate; nil if that is for another key, or expires too soon to issue
    /// another one.
    init?(pem: String, key: DevelopmentKey, at now: Date) {
        guard let certificate = try? Certificate(pemEncoded: pem), certificate.publicKey == key.publicKey,
            certificate.notValidBefore <= now,
            certificate.notValidAfter > now + Self.leafLifetime + Self.renewal
        else { return nil }
        self.certificate = certificate
        self.key = key
    }

    /// The certificate in PEM.
    func pem() throws(DevelopmentCertificateError) -> String {
        try Self.making { try certificate.serializeAsPEM().pemString + "\n" }
    }

    /// Issues a certificate for this machine, in PEM.
    func issue(
        for leaf: DevelopmentKey,
        _ hosts: DevelopmentHosts,
        at now: Date
    ) throws(DevelopmentCertificateError) -> String {
        try Self.making {
            try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: leaf.publicKey,
                notValidBefore: now - Self.tolerance,
                notValidAfter: now + Self.leafLifetime,
                issuer: certificate.subject,
                subject: DistinguishedName {
                    OrganizationName("Martlet")
                    CommonName(DevelopmentHosts.name)
                },
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(hosts.names)
                    AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: key.publicKey).keyIdentifier)
                    SubjectKeyIdentifier(hash: leaf.publicKey)
                },
                issuerPrivateKey: key.signer
            ).serializeAsPEM().pemString + "\n"
        }
    }

    /// Whether this authority has issued the certificate for the key and the hosts, and it does not expire soon.
    func vouches(for pem: String, of leaf: DevelopmentKey, _ hosts: DevelopmentHosts, at now: Date) -> Bool {
        guard let issued = try? Certificate(pemEncoded: pem), issued.publicKey == leaf.publicKey,
            issued.issuer == certificate.subject,
            let names = try? issued.extensions.subjectAlternativeNames, Array(names) == hosts.names,
            certificate.publicKey.isValidSignature(issued.signature, for: issued)
        else { return false }
        return issued.notValidBefore <= now && issued.notValidAfter > now + Self.renewal
    }

    private static func making<Made>(_ make: () throws -> Made) throws(DevelopmentCertificateError) -> Made {
        do {
            return try make()
        } catch {
            throw DevelopmentCertificateError("The certificate could not be created: \(error)")
        }
    }
}

extension String {
    /// The prefix that fits into a common name (RFC 5280 appendix A.1, ub-common-name).
    fileprivate var prefix64: String { String(prefix(64)) }
}
