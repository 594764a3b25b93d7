import ArgumentParser
import Martlet

/// How https is secured.
struct SecurityOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("Trust the authorities in this PEM file too, for servers of your own.", valueName: "file")
    )
    var cacert: String?

    @Flag(name: [.customShort("k"), .long], help: "Accept every certificate. Anybody can listen then.")
    var insecure = false

    @Option(help: ArgumentHelp("Show this certificate (PEM, with its chain) to servers that ask.", valueName: "file"))
    var cert: String?

    @Option(
        help: ArgumentHelp("The private key of --cert (PEM); by default it is in the same file.", valueName: "file")
    )
    var key: String?

    func validate() throws {
        if key != nil, cert == nil { throw ValidationError("--key needs --cert.") }
    }

    func apply(to configuration: inout HTTPClient.Configuration) {
        if let cacert { configuration.security.trustedRoots = .systemAnd(.file(cacert)) }
        if let cert {
            configuration.security.identity = .pem(certificateChain: .file(cert), privateKey: .file(key ?? cert))
        }
        if insecure { configuration.acceptsBadCertificate = { _, _, _ in true } }
    }
}
