import DevelopmentCertificates
import Martlet
import NIOPosix

/// What `martlet serve` proves with who it is, when it speaks https.
struct ServeIdentity: Sendable {
    let security: SecurityContext
    /// The certificates that were made for this machine; nil when the user has given others.
    let certificates: DevelopmentCertificates?

    /// Nil when plain http is asked for.
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

    /// What to tell people about the certificate, in lines.
    func advice(for addresses: ServeAddresses) -> String {
        guard let certificates else { return "" }
        var lines = certificates.isNew ? certificates.advice : ["Try it: \(certificates.curl(addresses.local))"]
        if !addresses.network.isEmpty {
            lines.append(
                "The certificate is for this machine: others will warn of it. Give them one with --cert and --key."
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
