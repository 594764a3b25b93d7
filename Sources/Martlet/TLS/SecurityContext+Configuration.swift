import NIOCore
import NIOSSL

/// Creates NIOSSL's contexts. The members read files, and block.
extension SecurityContext {
    /// The suites for TLS 1.2 of Mozilla's "intermediate" recommendation; those of TLS 1.3 are all good.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// How long a peer may take to answer close_notify.
    private static let closeNotifyTime = TimeAmount.seconds(2)

    /// Creates the context of a server.
    ///
    /// - Throws: `SecurityContextError`.
    func makeServerContext(
        clientCertificates: ClientCertificates,
        applicationProtocols: [String]
    ) throws(SecurityContextError) -> NIOSSLContext {
        guard let identity = try (self.identity ?? identities.values.first)?.load() else {
            throw SecurityContextError("A secure server needs a certificate: set the security context's identity.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.certificateChain.map { .certificate($0) },
            privateKey: .privateKey(identity.privateKey)
        )
        switch clientCertificates {
        case .notRequested:
            configuration.certificateVerification = .none
        case .requested, .required:
            guard case .certificates = trustedRoots else {
                // Anyone can buy a certificate from one of the system's authorities.
                throw SecurityContextError(
                    "To request client certificates, a server needs an authority: set trustedRoots to .certificates(…)."
                )
            }
            configuration.certificateVerification =
                clientCertificates == .required ? .noHostnameVerification : .optionalVerification
            configuration.sendCANameList = true
            try setTrust(&configuration)
        }
        if !identities.isEmpty {
            let named = try loadNamed()
            configuration.sslContextCallback = { hello, promise in
                promise.succeed(named.override(for: hello.serverHostname))
            }
        }
        return try makeContext(&configuration, applicationProtocols: applicationProtocols)
    }

    /// Creates the context of a client.
    ///
    /// - Parameter verifies: Whether the server's certificate is verified.
    /// - Throws: `SecurityContextError`.
    func makeClientContext(
        verifies: Bool = true,
        applicationProtocols: [String]
    ) throws(SecurityContextError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let identity = try identity?.load() {
            configuration.certificateChain = identity.certificateChain.map { .certificate($0) }
            configuration.privateKey = .privateKey(identity.privateKey)
        }
        // The name is checked afterwards: NIOSSL would accept a certificate for the address of the server, or of a
        // proxy, in place of one for its name.
        configuration.certificateVerification = verifies ? .noHostnameVerification : .none
        try setTrust(&configuration)
        return try makeContext(&configuration, applicationProtocols: applicationProtocols)
    }

    private func setTrust(_ configuration: inout TLSConfiguration) throws(SecurityContextError) {
        switch trustedRoots {
        case .system:
            configuration.trustRoots = .default
        case .certificates(let source):
            configuration.trustRoots = .certificates(try source.certificates())
        case .systemAnd(let source):
            configuration.trustRoots = .default
            configuration.additionalTrustRoots = [.certificates(try source.certificates())]
        }
    }

    private func makeContext(
        _ configuration: inout TLSConfiguration,
        applicationProtocols: [String]
    ) throws(SecurityContextError) -> NIOSSLContext {
        guard minimumVersion <= maximumVersion else {
            throw SecurityContextError("The minimum version of TLS is newer than the maximum.")
        }
        configuration.minimumTLSVersion = minimumVersion.version
        configuration.maximumTLSVersion = maximumVersion.version
        configuration.cipherSuiteValues = Self.cipherSuites
        configuration.applicationProtocols = applicationProtocols
        configuration.shutdownTimeout = Self.closeNotifyTime
        if let onKeyLog {
            configuration.keyLogCallback = { line in onKeyLog(String(buffer: line)) }
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SecurityContextError(
                "The certificate and the private key can't be used, or don't belong together: \(error)"
            )
        }
    }

    // MARK: Names

    private struct NamedIdentities: Sendable {
        var byName: [String: NIOSSLContextConfigurationOverride] = [:]

        func override(for name: String?) -> NIOSSLContextConfigurationOverride {
            guard let name = name?.lowercased() else { return .noChanges }
            if let exact = byName[name] { return exact }
            let parent = name.drop { $0 != "." }
            return byName["*\(parent)"] ?? .noChanges
        }
    }

    private func loadNamed() throws(SecurityContextError) -> NamedIdentities {
        var named = NamedIdentities()
        for (name, identity) in identities {
            let loaded = try identity.load()
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = loaded.certificateChain.map { .certificate($0) }
            override.privateKey = .privateKey(loaded.privateKey)
            named.byName[name.lowercased()] = override
        }
        return named
    }
}

extension SecurityContext.TLSVersion {
    fileprivate var version: NIOSSL.TLSVersion {
        switch self {
        case .tls1_2: .tlsv12
        case .tls1_3: .tlsv13
        }
    }

    init?(_ version: NIOSSL.TLSVersion?) {
        switch version {
        case .tlsv12: self = .tls1_2
        case .tlsv13: self = .tls1_3
        default: return nil
        }
    }
}
