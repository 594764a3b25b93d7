import NIOCore
import NIOSSL
import Synchronization

/// The TLS of a client: its contexts, made when they are first needed.
final class ClientSecurity: Sendable {
    /// The properties in which contexts differ.
    private struct Use: Hashable {
        /// Whether servers' certificates are verified.
        var verifies: Bool
        var version: PoolKey.Version
    }

    private let security: SecurityContext
    private let contexts = Mutex<[Use: NIOSSLContext]>([:])

    init(_ security: SecurityContext) {
        self.security = security
    }

    /// The context for a connection. The first call reads the authorities' certificates, off the caller's thread.
    func context(verifies: Bool, version: PoolKey.Version) async throws -> NIOSSLContext {
        let use = Use(verifies: verifies, version: version)
        if let context = contexts.withLock({ $0[use] }) { return context }
        return try await LocalFile.run {
            // Under the lock, so that a hundred concurrent first connections read them once.
            try self.contexts.withLock { contexts in
                if let context = contexts[use] { return context }
                do throws(SecurityContextError) {
                    let context = try self.security.makeClientContext(
                        verifies: verifies,
                        applicationProtocols: version.applicationProtocols
                    )
                    contexts[use] = context
                    return context
                } catch {
                    throw HTTPClientError.invalidSecurityContext(error)
                }
            }
        }
    }
}

extension PoolKey.Version {
    /// The protocols offered by ALPN (RFC 7301).
    fileprivate var applicationProtocols: [String] {
        switch self {
        case .http1: ["http/1.1"]
        case .negotiated: ["h2", "http/1.1"]
        case .http2: ["h2"]
        }
    }
}
