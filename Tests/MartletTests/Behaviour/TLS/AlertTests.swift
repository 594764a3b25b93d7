import Foundation
import Martlet
import NIOCore
import TestProcesses
import Testing

@Suite("TLS: alerts", .timeLimit(.minutes(5)))
struct AlertTests {
    /// What openssl says as a client that offers `protocols`, and how it ends.
    private func handshake(_ server: HTTPServer, _ protocols: String?) async throws -> (status: CInt, errors: String) {
        let process = try Subprocess(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(server.port)", "-brief"] + (protocols.map { ["-alpn", $0] } ?? [])
        )
        return (await process.exitStatus, await process.errors.text)
    }

    @Test("S7: a client that offers none of our protocols gets no_application_protocol (RFC 7301 section 3.2)")
    func noProtocol() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            for protocols in ["foo", "foo,bar", "h3", "HTTP/1.1", "h2c"] {
                let (status, errors) = try await handshake(server, protocols)
                #expect(status != 0, "\(protocols)")
                #expect(errors.contains("SSL alert number 120"), "\(protocols): \(errors)")
            }
            // Everybody else is served: those that offer nothing, and those with one name of ours among others.
            for protocols in [nil, "http/1.1", "h2", "foo,http/1.1", "foo,h2,bar", "http/1.0"] {
                let (status, errors) = try await handshake(server, protocols)
                #expect(status == 0, "\(protocols ?? "none"): \(errors)")
            }
            #expect(try await certificates.makeClient().get(server.url).text() == "Hello, world!")
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("S7: a server without HTTP/2 refuses clients that speak nothing else")
    func noHTTP2() async throws {
        let certificates = try await Certificates.make()
        let configuration = HTTPServer.Configuration.bare.with { $0.http2.isEnabled = false }
        try await withSecureServer(certificates.security, configuration) { server in
            let refused = try await handshake(server, "h2")
            #expect(refused.errors.contains("SSL alert number 120"), "\(refused)")
            let accepted = try await handshake(server, "h2,http/1.1")
            #expect(accepted.status == 0, "\(accepted)")
        }
    }

    @Test("S7: the alert is a record of its own, after which the connection ends")
    func record() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let client = try await server.connect()
            var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0]
            body += [0, 10, 0, 16, 0, 6, 0, 4, 3, 0x66, 0x6F, 0x6F]
            let hello: [UInt8] = [22, 3, 1, 0, UInt8(body.count + 4), 1, 0, 0, UInt8(body.count)] + body
            for byte in hello { client.send(ByteBuffer(bytes: [byte])) }
            #expect(try await client.receiveBytes(7) == [21, 3, 3, 0, 2, 2, 120])
            #expect(try await client.expectEnd())
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test(
        "S14: a forged record gets bad_record_mac from a server (RFC 8446 section 5.2)",
        arguments: ["-tls1_2", "-tls1_3"]
    )
    func forgedRequest(version: String) async throws {
        let certificates = try await Certificates.make()
        let request = certificates.path("request")
        try Data("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).write(to: URL(filePath: request))
        try await withSecureServer(certificates.security) { server in
            // The first record of application data is the request, or with TLS 1.3 the end of the handshake.
            let number = version == "-tls1_2" ? 0 : 1
            try await ForgingRelay.run(to: server.port) { sender, count, _ in
                sender == .client && count == number
            } while: { relay in
                let process = try Subprocess(
                    "openssl",
                    ["s_client", "-connect", "127.0.0.1:\(relay.port)", version, "-quiet"],
                    input: request
                )
                _ = await process.exitStatus
                let errors = await process.errors.text
                #expect(errors.contains("SSL alert number 20"), "\(errors)")
                #expect(await process.output.text == "")
            }
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("S14: a forged record gets bad_record_mac from a client too", arguments: ["-tls1_2", "-tls1_3"])
    func forgedResponse(version: String) async throws {
        let certificates = try await Certificates.make()
        // Sends what is typed at its terminal, and says what the other side's alert was.
        let server = try Subprocess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version,
                "-cert", certificates.path("server.pem"), "-key", certificates.path("server.key"),
            ],
            terminals: [0]
        )
        let line = await server.output.line(startingWith: "ACCEPT")
        let port = try #require(line?.split(separator: ":").last.flatMap { Int($0) }, "\(line ?? "nothing")")
        let client = certificates.makeClient { $0.maximumRetries = 0 }
        // Once the request is on its way, which comes after the end of the handshake with TLS 1.3.
        let number = version == "-tls1_2" ? 1 : 2
        try await ForgingRelay.run(to: port) { sender, _, fromClient in
            sender == .server && fromClient >= number
        } while: { relay in
            let response = Task { try await client.get("https://127.0.0.1:\(relay.port)/").collect() }
            _ = await server.output.text(containing: "GET / HTTP/1.1")
            server.type("HTTP/1.1 200 OK\n")
            let error = await #expect(throws: (any Error).self) { _ = try await response.value }
            _ = await server.exitStatus
            let errors = await server.errors.text
            #expect(errors.contains("SSL alert number 20"), "\(error.map { "\($0)" } ?? "no error"): \(errors)")
        }
        #expect(client.connectionCounts.total == 0)
        await server.end()
    }

    @Test("S14: too many changes of the keys get unexpected_message (RFC 8446 section 4.6.3)")
    func keyUpdates() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let process = try Subprocess(
                "openssl",
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_3"],
                terminals: [0]
            )
            _ = await process.output.text(containing: "Verify return code")
            for _ in 0..<40 { process.type("k\n") }
            _ = await process.exitStatus
            let errors = await process.errors.text
            #expect(errors.contains("SSL alert number 10"), "\(errors)")
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("S14: a forged record does not end a content that the end of the connection ends (RFC 9112 section 9.8)")
    func forgedEnd() async throws {
        let certificates = try await Certificates.make()
        let next = Events<Void>()
        let isForging = Shared(false)
        try await withSecureServer(certificates.security) { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            try await socket.write("HTTP/1.1 200 OK\r\n\r\nhalf")
            try await next.next()
            try await socket.write("other half")
            for try await _ in socket.inbound {}
        } test: { server in
            try await ForgingRelay.run(to: server.port) { sender, _, _ in
                sender == .server && isForging.value
            } while: { relay in
                let client = certificates.makeClient { $0.http2 = .never }
                let response = try await client.get("https://127.0.0.1:\(relay.port)/")
                var content = response.body.makeAsyncIterator()
                #expect(try await content.next() == ByteBuffer(string: "half"))
                isForging.change { $0 = true }
                next.add()
                await #expect(throws: (any Error).self) { _ = try await content.next() }
                try await eventually { client.connectionCounts.total == 0 }
            }
            try await eventually { server.connectionCounts.total == 0 }
        }
    }
}
