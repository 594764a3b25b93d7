import NIOCore
import NIOSSL

/// The result of a TLS handshake.
struct ConnectionSecurity: Sendable, Hashable {
    let version: SecurityContext.TLSVersion?
    /// The certificate of the peer, if it has presented one.
    let peerCertificate: X509Certificate?

    /// Reads the result from the handler in `pipeline`. Call this on the loop, after the handshake.
    init?(_ pipeline: ChannelPipeline) {
        guard let handler = try? pipeline.syncOperations.handler(type: NIOSSLHandler.self) else { return nil }
        version = SecurityContext.TLSVersion(handler.tlsVersion)
        peerCertificate = handler.peerCertificate.flatMap { X509Certificate($0) }
    }
}
