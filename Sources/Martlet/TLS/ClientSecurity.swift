import NIOCore
import NIOSSL
import Synchronization

/// The TLS of a client: its contexts, made when they are first needed.
final class ClientSecurity: Sendable {
    /// The protocols offered by ALPN (RFC 7301).
    private static let applicationProtocols = ["http/1.1"]

    private let security: SecurityContext
    /// By whether servers must prove who they are.
    private let contexts = Mutex<[Bool: NIOSSLContext]>([:])

    init(_ security: SecurityContext) {
        self.security = security
    }

    /// The context for a connection. The first call reads the authorities' certificates, off the caller's thread.
    func context(verifies: Bool) async throws -> NIOSSLContext {
        if let context = contexts.withLock({ $0[verifies] }) { return context }
        return try await LocalFile.run {
            // Under the lock, so that a hundred first connections read them once.
            try self.contexts.withLock { contexts in
                if let context = contexts[verifies] { return context }
                do throws(SecurityContextError) {
                    let context = try self.security.makeClientContext(
                        verifies: verifies,
                        applicationProtocols: Self.applicationProtocols
                    )
                    contexts[verifies] = context
                    return context
                } catch {
                    throw HTTPClientError.invalidSecurityContext(error)
                }
            }
        }
    }
}
