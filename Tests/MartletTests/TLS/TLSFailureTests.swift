import Foundation
import HTTPTypes
import Martlet
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("TLS: what goes wrong is said in words", .timeLimit(.minutes(5)))
struct TLSFailureTests {
    /// The reason of the error that a request to `url` ends with.
    private func reason(
        _ client: HTTPClient,
        _ url: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> String {
        do {
            _ = try await client.get(url).collect()
            Issue.record("no error", sourceLocation: sourceLocation)
            return ""
        } catch HTTPClientError.handshakeFailed(_, _, let reason) {
            for text in ["BoringSSL", "OPENSSL", "NIOSSL", ".cc", "error:", "Error:", "errno"] {
                #expect(!reason.contains(text), sourceLocation: sourceLocation)
            }
            return reason
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
            return ""
        }
    }

    @Test(
        "C11: an alert in place of the server's first word (RFC 8446 section 6)",
        arguments: [
            (10, "unexpected message", ""), (20, "bad record mac", ""),
            (40, "handshake failure", "no cipher|security.identity"),
            (42, "bad certificate", "security.identity"), (45, "certificate expired", "has expired"),
            (46, "certificate unknown", "security.identity"), (48, "unknown ca", "security.identity"),
            (49, "access denied", ""), (50, "decode error", ""), (70, "protocol version", "security.minimumVersion"),
            (71, "insufficient security", "cipher"), (80, "internal error", "Try again"),
            (112, "unrecognized name", "this host"), (116, "certificate required", "security.identity"),
            (120, "no application protocol", "HTTP"),
        ]
    )
    func alerts(code: UInt8, name: String, advice: String) async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readBytes(count: 5)
            try connection.write([0x15, 3, 3, 0, 2, 2, code])
            try connection.readToEnd()
        } while: { server in
            let text = await reason(makeClient(), "https://127.0.0.1:\(server.port)/")
            #expect(text.contains("TLS alert: \(name)"))
            for part in advice.split(separator: "|") { #expect(text.contains(part) || part == "no cipher") }
        }
    }

    @Test("C11: a server that closes in the middle of the handshake, and one that resets", arguments: [false, true])
    func closing(resets: Bool) async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readBytes(count: 5)
            if resets { connection.reset() }
        } while: { server in
            let text = await reason(makeClient(), "https://127.0.0.1:\(server.port)/")
            #expect(resets ? text.contains("reset") || text.contains("closed") : text.contains("closed the connection"))
        }
    }

    @Test("C11: a server that speaks something else, or nonsense")
    func nonsense() async throws {
        for bytes in [Array("HTTP/1.1 400 No\r\n\r\n".utf8), [0x16, 3, 3, 0, 4, 99, 0, 0, 0], [0x17, 3, 3, 0, 1, 0]]
            as [[UInt8]]
        {
            try await ScriptedServer.run { connection, _ in
                try connection.readBytes(count: 5)
                try connection.write(bytes)
                try connection.readToEnd()
            } while: { server in
                let text = await reason(makeClient(), "https://127.0.0.1:\(server.port)/")
                #expect(!text.isEmpty)
            }
        }
    }

    @Test("C11: reasons of the library")
    func reasons() {
        let text = "Error: 268436504 error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA at /a/b.cc:1:2"
        #expect(TLSFailure.reason(in: text) == "TLSV1_ALERT_UNKNOWN_CA")
        #expect(TLSFailure.reason(in: "EOF during handshake") == "")
        #expect(TLSFailure.reason(in: "OPENSSL_internal:") == "")
        #expect(TLSFailure(reason: "").text == "TLS failed.")
        #expect(TLSFailure(reason: "BAD_SIGNATURE").text == "The server violated TLS (bad signature).")
        #expect(TLSFailure(reason: "CERTIFICATE_VERIFY_FAILED").text.contains("security.trustedRoots"))
    }

    @Test(
        "C11: OpenSSL's server refuses the client's certificate",
        arguments: ["-tls1_2", "-tls1_3"],
        [nil, "old", "vader"]
    )
    func clientCertificate(version: String, name: String?) async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("old", subject: "/CN=Old", days: -1)
        try await certificates.makeAuthority("empire")
        try await certificates.issue("vader", by: "empire", subject: "/CN=Darth Vader")
        for http2 in [HTTPClient.HTTP2Configuration.never, .always] {
            try await RealServer.run("openssl") { _, port in
                [
                    "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-quiet", version, "-Verify", "1",
                    "-verify_return_error", "-cert", certificates.path("server.pem"), "-key",
                    certificates.path("server.key"), "-CAfile", certificates.path("authority.pem"), "-alpn",
                    "h2,http/1.1",
                ]
            } _: { server in
                let client = certificates.makeClient {
                    $0.security.identity = name.map { certificates.identity($0) }
                    $0.http2 = http2
                }
                let text = await reason(client, server.secureURL)
                let alerts =
                    switch name {
                    case nil: ["certificate required", "handshake failure"]
                    case "old": ["certificate expired"]
                    default: ["unknown ca"]
                    }
                #expect(alerts.contains { text.contains("TLS alert: \($0)") }, "\(text)")
                #expect(text.contains("security.identity"))
            }
        }
    }

    // MARK: Names

    @Test("C13: the name that is sent has no dot at its end (RFC 6066 section 3)")
    func names() {
        for (host, name) in [
            ("host.example", "host.example"), ("host.example.", "host.example"), ("localhost", "localhost"),
            ("localhost.", "localhost"), ("127.0.0.1", nil), ("127.0.0.1.", nil), ("::1", nil), ("fe80::1%eth0", nil),
            (".", nil), ("", nil),
        ] as [(String, String?)] {
            #expect(ServerName(host: host)?.text == name, "\(host)")
        }
    }

    @Test(
        "C13: a host with a dot at its end: without it for TLS, with it for HTTP",
        arguments: ["localhost", "localhost."]
    )
    func dot(host: String) async throws {
        let certificates = try await Certificates.make()
        for http2 in [HTTPClient.HTTP2Configuration.never, .always] {
            try await withSecureServer(certificates.security) { request in
                try await request.response.end(request.headers[.hostField] ?? "none")
            } test: { server in
                let port = server.port
                let client = certificates.makeClient {
                    $0.http2 = http2
                    $0.connectionFactory = { _ in .host("127.0.0.1", port: port) }
                }
                let text = try await client.get("https://\(host):\(port)/").text()
                #expect(text == "\(host):\(port)")
            }
        }
        let hello = Events<[UInt8]>()
        try await ScriptedServer.run { connection, _ in
            try connection.readBytes(count: 5)
            hello.add(connection.readAvailable())
        } while: { server in
            let port = server.port
            let client = makeClient { $0.connectionFactory = { _ in .host("127.0.0.1", port: port) } }
            await #expect(throws: HTTPClientError.self) { _ = try await client.get("https://\(host)/") }
            // Length and name (RFC 6066 section 3).
            let bytes = try await hello.next()
            #expect(bytes.firstRange(of: [0, 0, 9] + Array("localhost".utf8)) != nil)
            #expect(bytes.firstRange(of: Array("localhost.".utf8)) == nil)
        }
    }

    @Test("C18: a zone is nothing that a certificate has")
    func zone() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let response = try await certificates.makeClient().get(server.url)
            let certificate = try #require(response.certificate)
            #expect(certificate.isFor(host: "::1") && certificate.isFor(host: "::1%lo"))
            #expect(!certificate.isFor(host: "fe80::1%lo") && !certificate.isFor(host: "localhost%lo"))
        }
    }

    // MARK: Tunnels

    @Test(
        "C19: bytes behind a proxy's 200 are nobody's, and the connection is torn down",
        arguments: [HTTPClient.HTTP2Configuration.never, .automatic, .always],
        ["x", "HTTP/1.1 200 OK\r\n\r\n", "\u{0}\u{0}\u{0}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}", "\u{16}\u{3}\u{3}"]
    )
    func injection(http2: HTTPClient.HTTP2Configuration, bytes: String) async throws {
        let rest = Events<String>()
        try await ScriptedServer.run { connection, _ in
            #expect(try connection.readHead().hasPrefix("CONNECT a.test:443 HTTP/1.1\r\n"))
            try connection.write("HTTP/1.1 200 Yes\r\n\r\n\(bytes)")
            rest.add((try? connection.readToEnd()) ?? "")
        } while: { proxy in
            let list = try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)")
            let client = makeClient {
                $0.http2 = http2
                $0.findProxy = { _ in list }
            }
            let text = await reason(client, "https://a.test/")
            #expect(text.contains("before the TLS handshake"))
            let received = try await rest.next()
            #expect(received == "")
            #expect(proxy.connectionCount == 1)
        }
    }
}
