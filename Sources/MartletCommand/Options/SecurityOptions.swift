import ArgumentParser
import Martlet

/// The options for https.
struct SecurityOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("Also trust the authorities in this PEM file, for your own servers.", valueName: "file")
    )
    var cacert: String?

    @Flag(name: [.customShort("k"), .long], help: "Accept every certificate. Others may then read the traffic.")
    var insecure = false

    @Option(
        help: ArgumentHelp(
            "Present this certificate (PEM, with its chain) to servers that request one.",
            valueName: "file"
        )
    )
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
