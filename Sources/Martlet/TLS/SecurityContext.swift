/// What is needed to secure connections with TLS: who one is, whom one trusts, and the rules.
///
/// ```swift
/// let security = SecurityContext(
///     identity: .pem(certificateChain: .file("chain.pem"), privateKey: .file("key.pem"))
/// )
/// let server = try await HTTPServer.bindSecure(.anyIPv6, port: 443, security: security)
/// ```
///
/// The files are read when a server is bound or a client makes its first secure connection, and errors are thrown there.
/// The cipher suites are those of Mozilla's "intermediate" recommendation: forward secrecy and authenticated encryption
/// only.
public struct SecurityContext: Sendable {
    /// The certificate and private key to show: a server's own, or a client's for servers that ask for one. None by
    /// default; a server needs one.
    public var identity: TLSIdentity?
    /// The identities of a server with several names, by the name that a client asks for (SNI, RFC 6066 section 3):
    /// `example.com`, or `*.example.com` for every name one label longer. Clients that ask for another name get
    /// ``identity``. Empty by default.
    public var identities: [String: TLSIdentity] = [:]
    /// Whose certificates are accepted: those of servers by a client, and those of clients by a server. By default the
    /// system's authorities; a server that wants client certificates must be told its own.
    public var trustedRoots = TrustedRoots.system
    /// The oldest version of TLS that is accepted. 1.2 by default.
    public var minimumVersion = TLSVersion.tls1_2
    /// The newest version of TLS that is accepted. 1.3 by default.
    public var maximumVersion = TLSVersion.tls1_3
    /// How often a server looks whether the files of its identities have changed, and takes the new ones for new
    /// connections; nil for never. 10 seconds by default.
    public var reloadInterval: Duration? = .seconds(10)
    /// Is given the secrets of every connection in the NSS key log format, a line with its line feed at a time, with
    /// which traffic can be decrypted for debugging; for a file there is ``keyLog(file:)``. Nil by default.
    public var onKeyLog: (@Sendable (String) -> Void)?

    /// A context with the defaults.
    ///
    /// - Parameters:
    ///   - identity: The certificate and private key to show.
    ///   - trustedRoots: Whose certificates are accepted.
    public init(identity: TLSIdentity? = nil, trustedRoots: TrustedRoots = .system) {
        self.identity = identity
        self.trustedRoots = trustedRoots
    }

    /// Where certificates and keys come from.
    public enum Source: Sendable, Hashable {
        /// The path of a file.
        case file(String)
        /// What a file would hold.
        case bytes([UInt8])
    }

    /// The authorities whose certificates are accepted.
    public enum TrustedRoots: Sendable, Hashable {
        /// Those that the system trusts.
        case system
        /// Those of the certificates in PEM, and no others.
        case certificates(Source)
        /// Those that the system trusts, and those of the certificates in PEM.
        case systemAnd(Source)
    }

    /// A version of TLS.
    public enum TLSVersion: Sendable, Hashable, Comparable {
        /// RFC 5246.
        case tls1_2
        /// RFC 8446.
        case tls1_3
    }

    /// What a server does about certificates of its clients.
    public enum ClientCertificates: Sendable, Hashable {
        /// None are asked for.
        case notRequested
        /// A certificate is asked for; a client may go without, but not show one that is not accepted.
        case requested
        /// Only clients with an accepted certificate get a connection.
        case required
    }
}
