import DevelopmentCertificates
import Martlet
import NIOPosix

/// The identity of `martlet serve` for https.
struct ServeIdentity: Sendable {
    let security: SecurityContext
    /// The certificates that were created for this machine; nil if the user has given others.
    let certificates: DevelopmentCertificates?

    /// Nil for plain http.
    init?(_ options: ServeCommand) async throws {
        if let cert = options.cert, let key = options.key {
            certificates = nil
            security = SecurityContext(identity: .pem(certificateChain: .file(cert), privateKey: .file(key)))
            return
        }
        guard options.tls else { return nil }
        do {
            let certificates = try await NIOThreadPool.singleton.runIfActive { try DevelopmentCertificates.prepare() }
            self.certificates = certificates
            security = certificates.security
        } catch let error as DevelopmentCertificateError {
            throw CommandFailure(.failure, "\(error)")
        }
    }

    /// The message about the certificate, in lines.
    func advice(for addresses: ServeAddresses) -> String {
        guard let certificates else { return "" }
        var lines = certificates.isNew ? certificates.advice : ["Try it: \(certificates.curl(addresses.local))"]
        if !addresses.network.isEmpty {
            lines.append(
                "The certificate is for this machine only: others will reject it. Use --cert and --key for them."
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
