import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

@Suite("TLS: servers", .timeLimit(.minutes(5)))
struct SecureServerTests {
    @Test("answer their clients, keep connections, and know that they are secure")
    func hello() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { request in
            try await request.response.end("\(request.requestedURL) \(request.tlsVersion.map { "\($0)" } ?? "plain")")
        } test: { server in
            #expect(server.url == "https://127.0.0.1:\(server.port)/")
            let client = certificates.makeClient()
            for _ in 0..<3 {
                let response = try await client.get("\(server.url)a")
                #expect(try await response.text() == "\(server.url)a tls1_3")
                #expect(response.tlsVersion == .tls1_3)
                #expect(response.certificate?.subject == "CN=localhost,O=Martlet")
            }
            #expect(client.connectionCounts.total == 1)
            let named = try await client.get("https://localhost:\(server.port)/b")
            #expect(try await named.text() == "https://localhost:\(server.port)/b tls1_3")
        }
    }

    @Test("carry contents of any size in both directions")
    func contents() async throws {
        let certificates = try await Certificates.make()
        let bytes = ByteBuffer(bytes: (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        try await withSecureServer(certificates.security) { request in
            for try await part in request.body { try await request.response.write(part) }
        } test: { server in
            let response = try await certificates.makeClient().post(server.url, body: .buffer(bytes))
            #expect(try await response.collect() == bytes)
        }
    }

    @Test("send files")
    func files() async throws {
        let certificates = try await Certificates.make()
        let text = try String(contentsOfFile: certificates.path("authority.pem"), encoding: .utf8)
        try await withSecureServer(certificates.security) { request in
            let file = try await OpenFile.open(certificates.path("authority.pem"))
            try await request.response.end(file, 0..<file.byteCount())
        } test: { server in
            let sent = try await certificates.makeClient().get(server.url).text()
            #expect(sent == text)
        }
    }

    @Test("mark their session's cookie as secure")
    func session() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { request in
            try await request.session["a"] = "b"
            try await request.response.end("")
        } test: { server in
            let response = try await certificates.makeClient().get(server.url)
            #expect(response.cookies.map(\.isSecure) == [true])
        }
    }

    @Test("answer plain HTTP with 400")
    func plain() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let response = try await makeClient().get("http://127.0.0.1:\(server.port)/")
            #expect(response.status == .badRequest)
            #expect(try await response.text() == "This port speaks HTTPS: use https:// in the URL.\n")
        }
    }

    @Test(
        "speak TLS 1.2 and 1.3, and nothing older",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func versions(_ option: String, _ isAccepted: Bool) async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let process = try Subprocess(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(server.port)", option, "-brief", "-verify_return_error",
                    "-CAfile", certificates.path("authority.pem"), "-cipher", "DEFAULT:@SECLEVEL=0",
                ]
            )
            #expect(await (process.exitStatus == 0) == isAccepted)
        }
    }

    @Test(
        "are understood by curl, which says the version of HTTP",
        arguments: [("--http2", "2"), ("--http1.1", "1.1")]
    )
    func curl(option: String, version: String) async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let process = try Subprocess(
                "curl",
                [
                    "-sS", option, "--cacert", certificates.path("authority.pem"), "-w",
                    " %{http_version} %{ssl_verify_result}",
                    "https://localhost:\(server.port)/",
                ]
            )
            #expect(await process.exitStatus == 0)
            #expect(await process.output.text == "Hello, world! \(version) 0")
        }
    }

    @Test("drop a connection whose handshake takes too long, and serve others meanwhile")
    func slowHandshake() async throws {
        let certificates = try await Certificates.make()
        let configuration = HTTPServer.Configuration.bare.with { $0.headTimeout = .seconds(1) }
        try await withSecureServer(certificates.security, configuration) { server in
            let slow = try await RawClient.connect(port: server.port)
            // The beginning of a handshake record that never ends.
            slow.send(ByteBuffer(bytes: [0x16, 3, 1, 2, 0, 1]))
            let client = certificates.makeClient()
            // On a busy machine this handshake can take too long too.
            try await eventually { (try? await client.get(server.url).text()) == "Hello, world!" }
            #expect(try await slow.expectEnd())
        }
    }

    @Test("close while connections are idle, and in the middle of a handshake")
    func shutdown() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let client = certificates.makeClient()
            #expect(try await client.get(server.url).text() == "Hello, world!")
            let slow = try await RawClient.connect(port: server.port)
            slow.send(ByteBuffer(bytes: [0x16, 3, 1]))
            try await within { await server.shutdown(within: .seconds(5)) }
        }
    }
}
