import Foundation
import Testing

@testable import Martlet

@Suite("TLS: whom a certificate is for (RFC 9525 section 6)")
struct CertificateHostTests {
    @Test(
        "A host is matched by its name or its address, and by nothing else",
        arguments: [
            ("DNS:a.test", "a.test", true), ("DNS:a.test", "A.Test.", true), ("DNS:A.TEST", "a.test", true),
            ("DNS:a.test", "b.a.test", false), ("DNS:a.test", "test", false), ("DNS:*.a.test", "b.a.test", true),
            ("DNS:*.a.test", "c.b.a.test", false), ("DNS:*.a.test", "a.test", false),
            ("DNS:*.a.test", ".a.test", false),
            ("DNS:*.test", "a.test", false), ("DNS:b*.a.test", "bc.a.test", false), ("DNS:*", "a", false),
            ("DNS:a.*.test", "a.b.test", false), ("IP:127.0.0.1", "127.0.0.1", true),
            ("IP:127.0.0.1", "127.0.0.2", false), ("IP:127.0.0.1", "localhost", false),
            ("DNS:127.0.0.1", "127.0.0.1", false), ("IP:::1", "::1", true), ("IP:::1", "0:0:0:0:0:0:0:1", true),
            ("IP:::1", "127.0.0.1", false), ("email:a@b.test", "b.test", false),
            ("URI:https://a.test/", "a.test", false),
            ("IP:127.0.0.1", "127.1", true), ("IP:127.0.0.1", "0x7f.0.0.1", true), ("DNS:127.1", "127.1", false),
            ("IP:fe80::1", "fe80::1%eth0", true), ("IP:fe80::1", "fe80::2%eth0", false),
            ("DNS:x.test,IP:10.0.0.1,DNS:a.test", "a.test", true),
        ]
    )
    func names(_ names: String, _ host: String, _ isExpected: Bool) async throws {
        let certificate = try await Self.certificate(names)
        #expect(certificate.isFor(host: host) == isExpected, "\(names), \(certificate.names)")
    }

    @Test("The common name counts for nothing")
    func commonName() async throws {
        let certificate = try await Self.certificate("email:a@b.test")
        #expect(certificate.subject == "CN=common.test")
        #expect(!certificate.isFor(host: "common.test"))
    }

    private static func certificate(_ names: String) async throws -> X509Certificate {
        let certificates = try Certificates()
        try await certificates.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=common.test", "-keyout", "key", "-outform", "DER", "-out", "certificate", "-addext",
            "subjectAltName=\(names)",
        ])
        let bytes = try Data(contentsOf: URL(filePath: certificates.path("certificate")))
        return try #require(X509Certificate(derBytes: Array(bytes)))
    }
}
