import Foundation
import Martlet
import Testing

@Suite("TLS: certificates of clients", .timeLimit(.minutes(5)))
struct ClientCertificateTests {
    private let handler: HTTPServer.Handler = { request in
        try await request.response.end(request.certificate?.subject ?? "nobody")
    }

    private func security(_ certificates: Certificates) -> SecurityContext {
        var security = certificates.security
        security.trustedRoots = .certificates(.file(certificates.path("authority.pem")))
        return security
    }

    private func client(_ certificates: Certificates, _ name: String?) -> HTTPClient {
        certificates.makeClient { $0.security.identity = name.map { certificates.identity($0) } }
    }

    private func expect(_ text: String, from client: HTTPClient, _ server: HTTPServer) async throws {
        #expect(try await client.get(server.url).text() == text)
    }

    @Test("are seen when they are asked for, and may be left out")
    func requested() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("han", subject: "/CN=Han Solo")
        try await withSecureServer(security(certificates), clientCertificates: .requested, handler: handler) { server in
            try await expect("CN=Han Solo", from: client(certificates, "han"), server)
            try await expect("nobody", from: client(certificates, nil), server)
        }
    }

    @Test("must be there when they are required, from the right authority, and not expired")
    func required() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("han", subject: "/CN=Han Solo")
        try await certificates.issue("old", subject: "/CN=Old", days: -1)
        try await certificates.makeAuthority("empire")
        try await certificates.issue("vader", by: "empire", subject: "/CN=Darth Vader")
        try await withSecureServer(security(certificates), clientCertificates: .required, handler: handler) { server in
            try await expect("CN=Han Solo", from: client(certificates, "han"), server)
            for name in [nil, "old", "vader"] {
                // With TLS 1.3 the client learns of it with its first response.
                await #expect(throws: HTTPClientError.self, "\(name ?? "none")") {
                    _ = try await client(certificates, name).get(server.url)
                }
            }
            // Nobody else is disturbed.
            try await expect("CN=Han Solo", from: client(certificates, "han"), server)
        }
    }

    @Test("are asked for only by servers that say whose")
    func authorities() async throws {
        let certificates = try await Certificates.make()
        let error = await #expect(throws: SecurityContextError.self) {
            _ = try await HTTPServer.bindSecure(
                .loopbackIPv4,
                port: 0,
                security: certificates.security,
                clientCertificates: .requested
            )
        }
        #expect(error?.description.contains("trustedRoots") == true)
    }
}
