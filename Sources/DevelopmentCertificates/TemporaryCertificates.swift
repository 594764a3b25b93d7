import Martlet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A certificate for `localhost` and `127.0.0.1`, and its authority, which exist in memory only: for tests.
package struct TemporaryCertificates: Sendable {
    /// The settings of a server with the certificate.
    package let server: SecurityContext
    /// The settings of a client that trusts the authority, and no other.
    package let client: SecurityContext

    /// Makes new keys and certificates.
    ///
    /// - Throws: ``DevelopmentCertificateError``.
    package init() throws(DevelopmentCertificateError) {
        let (now, key) = (Date(), DevelopmentKey())
        let authority = try DevelopmentAuthority(key: DevelopmentKey(), at: now)
        let certificate = try authority.issue(for: key, .localhost, at: now)
        server = SecurityContext(
            identity: .pem(certificateChain: .bytes(Array(certificate.utf8)), privateKey: .bytes(Array(key.pem.utf8)))
        )
        client = SecurityContext(trustedRoots: .certificates(.bytes(Array(try authority.pem().utf8))))
    }
}
