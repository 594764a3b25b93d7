import Foundation
import HTTPWire
import Martlet
import Testing

/// Whose certificate a server shows.
private func shownSubject(_ client: HTTPClient, _ url: String) async throws -> String? {
    try await client.get(url).certificate?.subject
}

@Suite("TLS: certificates", .timeLimit(.minutes(5)))
struct CertificateTests {
    @Test("Others are used for new connections after a reload; those that are open stay")
    func reload() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("other", subject: "/CN=other")
        try await withSecureServer(certificates.security) { server in
            let old = certificates.makeClient()
            #expect(try await shownSubject(old, server.url) == "CN=localhost,O=Martlet")
            try await server.reloadSecurity(SecurityContext(identity: certificates.identity("other")))
            #expect(try await shownSubject(old, server.url) == "CN=localhost,O=Martlet")
            #expect(try await shownSubject(certificates.makeClient(), server.url) == "CN=other")
        }
    }

    @Test("Files that are replaced are noticed; files that can't be used are not taken")
    func renewal() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("other", subject: "/CN=other")
        var security = certificates.security
        security.reloadInterval = .milliseconds(20)
        try await withSecureServer(security) { server in
            try Data("nonsense".utf8).write(to: URL(filePath: certificates.path("server.pem")))
            await #expect(throws: SecurityContextError.self) { try await server.reloadSecurity() }
            #expect(
                try await shownSubject(certificates.makeClient(), server.url) == "CN=localhost,O=Martlet"
            )
            for suffix in ["key", "pem"] {
                let bytes = try Data(contentsOf: URL(filePath: certificates.path("other.\(suffix)")))
                try bytes.write(to: URL(filePath: certificates.path("server.\(suffix)")), options: .atomic)
            }
            try await eventually {
                try await shownSubject(certificates.makeClient(), server.url) == "CN=other"
            }
        }
    }

    @Test("A server with several names shows each its own")
    func names() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("a", subject: "/CN=a", names: "DNS:a.test")
        try await certificates.issue("b", subject: "/CN=b", names: "DNS:*.b.test")
        var security = certificates.security
        security.identities = ["A.test": certificates.identity("a"), "*.b.test": certificates.identity("b")]
        try await withSecureServer(security) { server in
            let port = server.port
            let client = certificates.makeClient {
                $0.connectionFactory = { _ in .host("127.0.0.1", port: port) }
            }
            for (host, subject) in [("a.test", "CN=a"), ("x.b.test", "CN=b"), ("localhost", "CN=localhost,O=Martlet")] {
                let shown = try await shownSubject(client, "https://\(host):\(port)/")
                #expect(shown == subject)
            }
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await client.get("https://x.y.b.test:\(port)/")
            }
            #expect(error?.description.contains("for another name") == true, "\(String(describing: error))")
        }
    }

    @Test("Their fields can be read")
    func fields() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("odd", subject: #"/C=DE/O=A, B\+C/CN=#x"#)
        try await withSecureServer(SecurityContext(identity: certificates.identity("odd"))) { server in
            let certificate = try #require(try await certificates.makeClient().get(server.url).certificate)
            #expect(certificate.subject == ##"CN=\#x,O=A\, B\+C,C=DE"##)
            #expect(certificate.issuer == "CN=authority")
            let days = (certificate.validUntil.secondsSince1970 - certificate.validFrom.secondsSince1970) / 86_400
            #expect(days == 30)
            let pem = try String(contentsOfFile: certificates.path("odd.pem"), encoding: .utf8)
            #expect(certificate.pem == pem)
            #expect(certificate.sha256.count == 32)
            #expect(certificate.sha1.count == 20)
        }
    }

    @Test("PKCS #12 and keys with a password work; what is wrong is said")
    func formats() async throws {
        let certificates = try await Certificates.make()
        try await certificates.openssl([
            "pkcs12", "-export", "-in", "server.pem", "-inkey", "server.key", "-passout", "pass:secret", "-out",
            "server.p12",
        ])
        try await certificates.openssl([
            "pkcs8", "-topk8", "-in", "server.key", "-passout", "pass:secret", "-out", "locked.key",
        ])
        let chain = SecurityContext.Source.file(certificates.path("server.pem"))
        let locked = SecurityContext.Source.file(certificates.path("locked.key"))
        let bundle = SecurityContext.Source.file(certificates.path("server.p12"))
        for identity in [
            TLSIdentity.pkcs12(bundle, password: "secret"),
            .pem(certificateChain: chain, privateKey: locked, password: "secret"),
        ] {
            try await withSecureServer(SecurityContext(identity: identity)) { server in
                let text = try await certificates.makeClient().get(server.url).text()
                #expect(text == "Hello, world!")
            }
        }
        try await certificates.makeAuthority("stranger")
        let strange = SecurityContext.Source.file(certificates.path("stranger.key"))
        let wrong: [(SecurityContext, String)] = [
            (SecurityContext(), "needs a certificate"),
            (SecurityContext(identity: .pkcs12(bundle, password: "x")), "the password is wrong"),
            (SecurityContext(identity: .pem(certificateChain: chain, privateKey: locked)), "has a password"),
            (SecurityContext(identity: .pem(certificateChain: chain, privateKey: locked, password: "x")), "is wrong"),
            (SecurityContext(identity: .pem(certificateChain: chain, privateKey: strange)), "belong together"),
            (SecurityContext(identity: .pem(certificateChain: .file("/no/such"), privateKey: locked)), "/no/such"),
            (SecurityContext(identity: .pem(certificateChain: .bytes([1, 2]), privateKey: locked)), "2 bytes"),
        ]
        for (security, words) in wrong {
            let error = await #expect(throws: SecurityContextError.self) {
                _ = try await HTTPServer.bindSecure(.loopbackIPv4, port: 0, security: security)
            }
            #expect(error?.description.contains(words) == true, "\(String(describing: error)), not \(words)")
        }
    }
}
