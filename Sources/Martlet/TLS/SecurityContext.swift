/// The settings for TLS: the own identity, the trusted authorities, and the allowed versions.
///
/// ```swift
/// let security = SecurityContext(
///     identity: .pem(certificateChain: .file("chain.pem"), privateKey: .file("key.pem"))
/// )
/// let server = try await HTTPServer.bindSecure(.anyIPv6, port: 443, security: security)
/// ```
///
/// The files are read, and errors thrown, when a server is bound or a client opens its first secure connection. The
/// cipher suites are those of Mozilla's "intermediate" recommendation: forward secrecy and authenticated encryption
/// only.
public struct SecurityContext: Sendable {
    /// The certificate and private key to present: those of a server, or those of a client for servers that request
    /// one. None by default; a server needs one.
    public var identity: TLSIdentity?
    /// The identities of a server with several names, by the name that a client requests (SNI, RFC 6066 section 3):
    /// `example.com`, or `*.example.com` for every name one label longer. Clients that request another name get
    /// ``identity``. Empty by default.
    public var identities: [String: TLSIdentity] = [:]
    /// The authorities whose certificates are accepted, by a client those of servers and by a server those of clients.
    /// The system's by default; a server that requests client certificates must set its own.
    public var trustedRoots = TrustedRoots.system
    /// The oldest accepted version of TLS. 1.2 by default.
    public var minimumVersion = TLSVersion.tls1_2
    /// The newest accepted version of TLS. 1.3 by default.
    public var maximumVersion = TLSVersion.tls1_3
    /// How often a server checks whether the files of its identities have changed, to use the new ones for new
    /// connections; nil for never. 10 seconds by default.
    public var reloadInterval: Duration? = .seconds(10)
    /// Called with the secrets of every connection in the NSS key log format, one line with its line feed at a time, by
    /// which traffic can be decrypted for debugging. Use ``keyLog(file:)`` to write them to a file. Nil by default.
    public var onKeyLog: (@Sendable (String) -> Void)?

    /// Creates a context with default settings.
    ///
    /// - Parameters:
    ///   - identity: The certificate and private key to present.
    ///   - trustedRoots: The authorities whose certificates are accepted.
    public init(identity: TLSIdentity? = nil, trustedRoots: TrustedRoots = .system) {
        self.identity = identity
        self.trustedRoots = trustedRoots
    }

    /// The authorities whose certificates are accepted.
    public enum TrustedRoots: Sendable, Hashable {
        /// The authorities that the system trusts.
        case system
        /// Only those of these certificates in PEM.
        case certificates(Source)
        /// The authorities that the system trusts, and those of these certificates in PEM.
        case systemAnd(Source)
    }

    /// A version of TLS.
    public enum TLSVersion: Sendable, Hashable, Comparable {
        /// RFC 5246.
        case tls1_2
        /// RFC 8446.
        case tls1_3
    }

    /// How a server treats client certificates.
    public enum ClientCertificates: Sendable, Hashable {
        /// No certificate is requested.
        case notRequested
        /// A certificate is requested. A client may present none, but not one that is not accepted.
        case requested
        /// Only clients with an accepted certificate can connect.
        case required
    }
}
