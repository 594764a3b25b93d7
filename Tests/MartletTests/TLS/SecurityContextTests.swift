import Foundation
import HTTPWire
import Martlet
import Synchronization
import Testing

/// What Dart's `SecurityContext` and `X509Certificate` have, member by member, where no other suite has it.
@Suite("TLS: the security context", .timeLimit(.minutes(5)))
struct SecurityContextTests {
    private func hello(_ security: SecurityContext, trusting trust: SecurityContext) async throws -> String {
        var text = ""
        try await withSecureServer(security) { server in
            text = try await makeClient { $0.security = trust }.get(server.url).text()
        }
        return text
    }

    @Test("takes certificates, keys and authorities from bytes too")
    func bytes() async throws {
        let certificates = try await Certificates.make()
        func bytes(_ name: String) throws -> SecurityContext.Source {
            .bytes([UInt8](try Data(contentsOf: URL(filePath: certificates.path(name)))))
        }
        let chain = try bytes("server.pem")
        let security = SecurityContext(identity: .pem(certificateChain: chain, privateKey: try bytes("server.key")))
        let trust = SecurityContext(trustedRoots: .certificates(try bytes("authority.pem")))
        #expect(try await hello(security, trusting: trust) == "Hello, world!")
    }

    @Test("adds authorities to those of the system")
    func trustedRoots() async throws {
        let certificates = try await Certificates.make()
        let more = SecurityContext(trustedRoots: .systemAnd(.file(certificates.path("authority.pem"))))
        #expect(try await hello(certificates.security, trusting: more) == "Hello, world!")
        await #expect(throws: HTTPClientError.self) {
            _ = try await hello(certificates.security, trusting: SecurityContext())
        }
        await #expect(throws: HTTPClientError.self) {
            _ = try await hello(
                certificates.security,
                trusting: SecurityContext(trustedRoots: .systemAnd(.file("/no/such")))
            )
        }
    }

    @Test("accepts no version below the minimum, nor above the maximum")
    func versions() async throws {
        let certificates = try await Certificates.make()
        var (old, new) = (certificates.trust, certificates.trust)
        old.maximumVersion = .tls1_2
        new.minimumVersion = .tls1_3
        var security = certificates.security
        #expect(try await hello(security, trusting: old) == "Hello, world!")
        security.minimumVersion = .tls1_3
        #expect(try await hello(security, trusting: new) == "Hello, world!")
        await #expect(throws: HTTPClientError.self) { _ = try await hello(security, trusting: old) }
        (security.minimumVersion, security.maximumVersion) = (.tls1_2, .tls1_2)
        await #expect(throws: HTTPClientError.self) { _ = try await hello(security, trusting: new) }
        security.minimumVersion = .tls1_3
        await #expect(throws: SecurityContextError.self) { _ = try await hello(security, trusting: new) }
    }

    @Test("logs the secrets of connections, on both sides the same ones", arguments: [true, false])
    func keyLog(isNew: Bool) async throws {
        let certificates = try await Certificates.make()
        let lines = Mutex<[String]>([])
        let file = certificates.path("keys.log")
        var (security, trust) = (certificates.security, certificates.trust)
        security.onKeyLog = { line in lines.withLock { $0.append(line) } }
        trust.onKeyLog = try SecurityContext.keyLog(file: file)
        trust.maximumVersion = isNew ? .tls1_3 : .tls1_2
        for count in 1...2 {
            let said = try await hello(security, trusting: trust)
            #expect(said == "Hello, world!")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            // Others may have written to it: it is appended to.
            #expect(text.split(separator: "\n").count == count * (isNew ? 5 : 1))
            #expect(Set(text.split(separator: "\n")) == Set(lines.withLock { $0 }.map { $0.dropLast() }))
        }
        let pattern = /([A-Z_0-9]+) [0-9a-f]{64} [0-9a-f]{64,96}\n/
        let labels = lines.withLock { lines in lines.compactMap { $0.wholeMatch(of: pattern)?.1 } }
        #expect(labels.count == lines.withLock { $0.count })
        let expected: Set<Substring> =
            isNew
            ? [
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
                "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
            ] : ["CLIENT_RANDOM"]
        #expect(Set(labels) == expected)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    @Test("says which file for secrets it can't open")
    func keyLogFailure() {
        let error = #expect(throws: FileError.self) { _ = try SecurityContext.keyLog(file: "/no/such/file") }
        #expect(error?.description == "Couldn't open /no/such/file: No such file or directory")
    }

    @Test("Certificates have the bytes and the fingerprints that openssl tells")
    func fingerprints() async throws {
        let certificates = try await Certificates.make()
        try await certificates.openssl(["x509", "-in", "server.pem", "-outform", "DER", "-out", "server.der"])
        try await withSecureServer(certificates.security) { server in
            let shown = try #require(try await certificates.makeClient().get(server.url).certificate)
            #expect(shown.derBytes == [UInt8](try Data(contentsOf: URL(filePath: certificates.path("server.der")))))
            for (option, hash) in [("-sha1", shown.sha1), ("-sha256", shown.sha256)] {
                try await certificates.openssl([
                    "dgst", option, "-binary", "-out", "digest", "server.der",
                ])
                #expect(hash == [UInt8](try Data(contentsOf: URL(filePath: certificates.path("digest")))))
            }
            #expect(
                shown.names == [
                    .domain("localhost"), .address([127, 0, 0, 1]),
                    .address([UInt8](repeating: 0, count: 15) + [1]),
                ]
            )
            #expect(shown.isFor(host: "localhost") && !shown.isFor(host: "example.com"))
        }
    }

    @Test("Requests know whether they came securely; only trusted proxies tell otherwise")
    func requests() async throws {
        let certificates = try await Certificates.make()
        let handler: HTTPServer.Handler = { try await $0.response.end("\($0.isSecure)") }
        let fields: HTTPFields = [.xForwardedProto: "http"]
        for (isTrusted, said) in [(false, "true"), (true, "false")] {
            let configuration = HTTPServer.Configuration.bare.with {
                $0.trustedProxies = isTrusted ? AddressRange.loopback : []
            }
            try await withSecureServer(certificates.security, configuration, handler: handler) { server in
                let client = certificates.makeClient()
                let direct = try await client.get(server.url).text()
                #expect(direct == "true")
                let forwarded = try await client.get(server.url, headers: fields).text()
                #expect(forwarded == said)
            }
            try await withServer(configuration, handler) { server in
                let plain = try await server.response(to: get("/"))
                #expect(plain.text == "false")
                let secure = try await server.response(to: get("/", "X-Forwarded-Proto: https"))
                #expect(secure.text == "\(isTrusted)")
            }
        }
    }
}
