import ArgumentParser
import DevelopmentCertificates
import Martlet
import ProgramSupport

/// Answers `Hello, world!` like hello-world-server, but over https: no one on the way can read or change it.
///
/// A server proves its identity with a certificate that is signed by an authority that the client trusts. The
/// certificate of this program is signed by an authority for this machine only. With your own certificate the program
/// is just as short:
///
/// ```swift
/// let security = SecurityContext(identity: .pem(certificateChain: .file("chain.pem"), privateKey: .file("key.pem")))
/// let server = try await HTTPServer.bindSecure(.loopbackIPv4, port: 4047, security: security)
/// try await server.serve { request in
///     try await request.response.end("Hello, world!")
/// }
/// ```
struct HelloWorldServerSecure: TutorialProgram {
    static let guide = ProgramGuide(
        name: "hello-world-server-secure",
        port: 4047,
        summary: "Answers every request with “Hello, world!”, over https.",
        lesson:
            "How a server proves its identity. A browser warns until it trusts this machine’s authority; curl has an option.",
        answersAnyHost: true,
        curl: { DevelopmentCertificates.defaultCurl($0) }
    )

    struct Options: ParsableArguments {
        @Option(help: "A certificate chain in PEM. By default, a certificate for localhost is created.")
        var cert: String?

        @Option(help: "The private key of the certificate, in PEM.")
        var key: String?

        func validate() throws {
            guard (cert == nil) == (key == nil) else { throw ValidationError("Use --cert and --key together.") }
        }
    }

    static func makeSecurity(options: Options, console: Console) async throws -> SecurityContext? {
        if let cert = options.cert, let key = options.key {
            return SecurityContext(identity: .pem(certificateChain: .file(cert), privateKey: .file(key)))
        }
        do {
            let certificates = try await offLoop { try DevelopmentCertificates.prepare() }
            if certificates.isNew { certificates.advice.forEach(console.print) }
            return certificates.security
        } catch let error as DevelopmentCertificateError {
            throw StartupError("\(guide.name): \(error)")
        }
    }

    init(options: Options, console: Console) {}

    func handle(_ request: HTTPServerRequest) async throws {
        try await request.response.end("Hello, world!")
    }
}
