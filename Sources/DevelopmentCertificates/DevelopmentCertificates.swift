import Martlet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A certificate for https on one's own machine, and the authority that has issued it.
///
/// ```swift
/// let security = try DevelopmentCertificates.prepare().security
/// let server = try await HTTPServer.bindSecure(.loopbackIPv4, port: 4047, security: security)
/// ```
///
/// Both are created when they are first needed, on the machine that uses them, so no one else has the keys. Making a
/// browser trust the authority is safe: its certificate allows it to issue certificates for `localhost`, `127.0.0.0/8`
/// and `::1` only (name constraints, RFC 5280 section 4.2.1.10), so even a stolen key can't impersonate other sites.
package struct DevelopmentCertificates: Sendable, Hashable {
    /// The directory of the files. It belongs to this user, and only this user can read the files.
    package let directory: String
    /// Whether the authority's certificate has just been created, so that no program trusts it yet.
    package let isNew: Bool

    /// The authority's certificate in PEM, to be trusted.
    package var authority: String { "\(directory)/\(Self.authorityName)" }
    /// The certificate for `localhost` in PEM.
    package var localhost: String { "\(directory)/\(Self.localhostName)" }
    /// The certificate for `localhost`, `127.0.0.1` and `::1` in PEM.
    ///
    /// BoringSSL, which Martlet's client and others use, does not support name constraints for addresses: under them it
    /// rejects every certificate with an address. Hence ``localhost``, for clients that request that name.
    package var loopback: String { "\(directory)/\(Self.loopbackName)" }
    /// The private key of both in PEM.
    package var privateKey: String { "\(directory)/\(Self.leafKeyName)" }

    /// The security context of a server with these certificates.
    package var security: SecurityContext {
        let key = SecurityContext.Source.file(privateKey)
        var security = SecurityContext(identity: .pem(certificateChain: .file(loopback), privateKey: key))
        security.identities["localhost"] = .pem(certificateChain: .file(localhost), privateKey: key)
        return security
    }

    static let authorityName = "authority.pem"
    private static let authorityKeyName = "authority-key.pem"
    private static let localhostName = "localhost.pem"
    private static let loopbackName = "loopback.pem"
    private static let leafKeyName = "localhost-key.pem"

    /// Returns the certificates of this user, after creating or renewing them if necessary. Blocks.
    ///
    /// Keys are created once. The authority is valid for ten years. The other certificates are valid for 397 days, and
    /// renewed in the last 30. Any number of programs may call this at the same time.
    ///
    /// - Parameter directory: The directory of the certificates. Defaults to the environment variable
    ///   `MARTLET_CERTIFICATES`, and without that to `martlet/certificates` in the user's data directory
    ///   (`XDG_DATA_HOME`, `~/.local/share`).
    /// - Throws: ``DevelopmentCertificateError``.
    package static func prepare(in directory: String? = nil) throws(DevelopmentCertificateError)
        -> DevelopmentCertificates
    {
        try prepare(in: directory, at: Date())
    }

    static func prepare(in directory: String?, at now: Date) throws(DevelopmentCertificateError)
        -> DevelopmentCertificates
    {
        guard let path = directory ?? defaultDirectory else {
            throw DevelopmentCertificateError(
                "There is no home directory for certificates. Set MARTLET_CERTIFICATES to a directory."
            )
        }
        let files = try PrivateDirectory(path)
        return try files.locked { () throws(DevelopmentCertificateError) in
            let authorityKey = try key(authorityKeyName, in: files)
            let leafKey = try key(leafKeyName, in: files)
            let pem = try files.read(authorityName)
            let known = pem.flatMap { DevelopmentAuthority(pem: $0, key: authorityKey, at: now) }
            let authority: DevelopmentAuthority
            if let known {
                authority = known
            } else {
                authority = try DevelopmentAuthority(key: authorityKey, at: now)
                try files.write(try authority.pem(), as: authorityName)
            }
            for (file, hosts) in [(localhostName, DevelopmentHosts.localhost), (loopbackName, .loopback)] {
                if let pem = try files.read(file), authority.vouches(for: pem, of: leafKey, hosts, at: now) { continue }
                try files.write(try authority.issue(for: leafKey, hosts, at: now), as: file)
            }
            return DevelopmentCertificates(directory: path, isNew: known == nil)
        }
    }

    /// The default directory of the certificates; nil if the user has no home directory.
    package static var defaultDirectory: String? {
        let variables = ProcessInfo.processInfo.environment
        if let path = variables["MARTLET_CERTIFICATES"], !path.isEmpty { return path }
        // XDG Base Directory Specification: a relative path is ignored.
        if let data = variables["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/martlet/certificates" }
        guard let home = variables["HOME"], home.hasPrefix("/") else { return nil }
        #if os(macOS)
            return "\(home)/Library/Application Support/martlet/certificates"
        #else
            return "\(home)/.local/share/martlet/certificates"
        #endif
    }

    /// The key in a file, which is created if it does not exist.
    private static func key(
        _ name: String,
        in files: PrivateDirectory
    ) throws(DevelopmentCertificateError) -> DevelopmentKey {
        if let pem = try files.read(name) {
            if let key = DevelopmentKey(pem: pem) { return key }
            throw DevelopmentCertificateError("\(files.path)/\(name) holds no key. Remove it to create a new one.")
        }
        let key = DevelopmentKey()
        try files.write(key.pem, as: name)
        return key
    }
}
