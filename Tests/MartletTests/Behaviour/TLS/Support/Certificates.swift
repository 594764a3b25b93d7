import Foundation
import Martlet
import TestProcesses
import Testing

/// Certificates made with openssl: an authority, and whom it vouches for. The folder is removed with the value.
final class Certificates: Sendable {
    let directory: URL

    /// An authority, and a certificate of it for localhost, 127.0.0.1 and ::1.
    static func make() async throws -> Certificates {
        let certificates = try Certificates()
        try await certificates.makeAuthority("authority")
        try await certificates.issue("server", subject: "/O=Martlet/CN=localhost")
        return certificates
    }

    /// An empty folder for some.
    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    func makeAuthority(_ name: String) async throws {
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).pem",
            "-addext", "basicConstraints=critical,CA:TRUE",
        ])
    }

    /// A certificate that `authority` vouches for.
    func issue(
        _ name: String,
        by authority: String = "authority",
        subject: String,
        names: String = "DNS:localhost,IP:127.0.0.1,IP:::1",
        days: Int = 30
    ) async throws {
        try Data("subjectAltName=\(names)\n".utf8).write(to: directory.appending(path: "\(name).ext"))
        try await openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject, "-keyout",
            "\(name).key", "-out", "\(name).csr",
        ])
        try await openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
            "-CAcreateserial", "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem",
        ])
    }

    func openssl(_ arguments: [String]) async throws {
        let process = try Subprocess("openssl", arguments, in: directory)
        let status = await process.exitStatus
        guard status == 0 else {
            throw RealServerError(
                description: "openssl \(arguments.first ?? "") failed; is it installed? Run script/bootstrap. "
                    + (await process.errors.text)
            )
        }
    }

    func path(_ file: String) -> String { directory.appending(path: file).path }

    func identity(_ name: String = "server") -> TLSIdentity {
        .pem(certificateChain: .file(path("\(name).pem")), privateKey: .file(path("\(name).key")))
    }

    /// What a server needs.
    var security: SecurityContext { SecurityContext(identity: identity()) }

    /// What a client needs that knows the authority.
    var trust: SecurityContext { SecurityContext(trustedRoots: .certificates(.file(path("authority.pem")))) }

    /// A client that knows the authority.
    func makeClient(_ change: (inout HTTPClient.Configuration) -> Void = { _ in }) -> HTTPClient {
        MartletTests.makeClient { configuration in
            configuration.security = trust
            change(&configuration)
        }
    }
}

/// Binds a server that speaks TLS to a free port, serves `handler`, runs `test`, and closes the server.
func withSecureServer(
    _ security: SecurityContext,
    clientCertificates: SecurityContext.ClientCertificates = .notRequested,
    _ configuration: HTTPServer.Configuration = .bare,
    handler: @escaping HTTPServer.Handler = { try await $0.response.end("Hello, world!") },
    test: (HTTPServer) async throws -> Void
) async throws {
    let server = try await HTTPServer.bindSecure(
        .loopbackIPv4,
        port: 0,
        security: security,
        clientCertificates: clientCertificates,
        configuration: configuration
    )
    try await run(server, handler, test: test)
}
