import NIOCore
import NIOSSL

/// What a TLS handshake has agreed on.
struct ConnectionSecurity: Sendable, Hashable {
    let version: SecurityContext.TLSVersion?
    /// The certificate of the peer, if it has shown one.
    let peerCertificate: X509Certificate?

    /// What the handler in `pipeline` has agreed on; called on the loop, after the handshake.
    init?(_ pipeline: ChannelPipeline) {
        guard let handler = try? pipeline.syncOperations.handler(type: NIOSSLHandler.self) else { return nil }
        version = SecurityContext.TLSVersion(handler.tlsVersion)
        peerCertificate = handler.peerCertificate.flatMap { X509Certificate($0) }
    }
}
