import ArgumentParser
import DevelopmentCertificates
import Martlet
import ProgramSupport

/// Answers `Hello, world!`, as hello-world-server does, but over https: nobody on the way can read or change it.
///
/// A server proves who it is with a certificate, which an authority has signed that the client trusts. This program
/// has a certificate of an authority that is of this machine alone. With certificates of your own it is as short:
///
/// ```swift
/// import Martlet
///
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
            "How a server proves who it is. A browser warns until it trusts this machine’s authority; curl is told.",
        answersAnyHost: true,
        curl: { DevelopmentCertificates.usualCurl($0) }
    )

    struct Options: ParsableArguments {
        @Option(help: "A certificate chain in PEM. Without one, a certificate for localhost is made.")
        var cert: String?

        @Option(help: "The private key of the certificate, in PEM.")
        var key: String?

        func validate() throws {
            guard (cert == nil) == (key == nil) else { throw ValidationError("--cert and --key belong together.") }
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
