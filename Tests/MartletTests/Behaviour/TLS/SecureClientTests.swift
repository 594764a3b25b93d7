import Foundation
import HTTPTypes
import Martlet
import NIOCore
import Synchronization
import Testing

@Suite("TLS: clients", .timeLimit(.minutes(5)))
struct SecureClientTests {
    @Test("refuse servers that nobody vouches for, and say what to do")
    func untrusted() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            let error = await #expect(throws: HTTPClientError.self) { _ = try await makeClient().get(server.url) }
            #expect(error?.description.contains("security.trustedRoots") == true, "\(String(describing: error))")
        }
    }

    @Test("refuse certificates that have expired")
    func expired() async throws {
        let certificates = try await Certificates.make()
        try await certificates.issue("old", subject: "/CN=old", days: -1)
        try await withSecureServer(SecurityContext(identity: certificates.identity("old"))) { server in
            await #expect(throws: HTTPClientError.self) { _ = try await certificates.makeClient().get(server.url) }
        }
    }

    @Test("ask before they refuse")
    func bad() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { server in
            for accepts in [true, false] {
                let asked = Mutex<[String]>([])
                let client = makeClient {
                    $0.acceptsBadCertificate = { certificate, host, port in
                        asked.withLock { $0.append("\(certificate.subject) \(host)") }
                        return accepts && port == server.port
                    }
                }
                if accepts {
                    let text = try await client.get(server.url).text()
                    #expect(text == "Hello, world!")
                } else {
                    await #expect(throws: HTTPClientError.self) { _ = try await client.get(server.url) }
                }
                #expect(asked.withLock { $0 } == ["CN=localhost,O=Martlet 127.0.0.1"])
            }
        }
    }

    @Test("say so when the server does not speak TLS")
    func plainServer() async throws {
        try await withServer { request in
            try await request.response.end("plain")
        } test: { server in
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await makeClient().get("https://127.0.0.1:\(server.port)/")
            }
            #expect(error?.description.contains("does not speak TLS") == true, "\(String(describing: error))")
        }
    }

    @Test("give a handshake up that takes too long")
    func slow() async throws {
        let (time, arrived) = (HeldTime.forTest(), Events<Void>())
        try await ScriptedServer.run { connection, _ in
            try connection.read(count: 1)
            arrived.add()
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.time = TimeSource(held: time) }
            let port = server.port
            let request = Task { try await client.get("https://127.0.0.1:\(port)/") }
            try await arrived.next()
            await time.advance(by: .milliseconds(9_999))
            #expect(client.connectionCounts.total == 1)
            await time.advance(by: .milliseconds(1))
            await #expect(
                throws: HTTPClientError.timedOut(.connection, host: "127.0.0.1", port: port, after: .seconds(10))
            ) { try await request.value }
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("follow redirects to https, and leave credentials behind")
    func redirect() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { request in
            try await request.response.end(request.headers[.authorization] ?? "none")
        } test: { secure in
            try await withServer { request in
                try await request.response.redirect(to: "\(secure.url)next")
            } test: { plain in
                let client = certificates.makeClient()
                let response = try await client.get(
                    "http://127.0.0.1:\(plain.port)/",
                    headers: [.authorization: "Basic dTpw"]
                )
                #expect(response.url.absoluteTarget == "\(secure.url)next")
                #expect(try await response.text() == "none")
            }
        }
    }

    @Test("reach secure servers through a proxy's tunnel")
    func tunnel() async throws {
        let certificates = try await Certificates.make()
        let targets = Mutex<[String]>([])
        try await withSecureServer(certificates.security) { server in
            try await withServer { request in
                targets.withLock { $0.append("\(request.method) \(request.target)") }
                try await relay(request, to: server.port)
            } test: { proxy in
                let client = certificates.makeClient {
                    $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)") }
                }
                for _ in 0..<2 {
                    let response = try await client.get("https://localhost:\(server.port)/")
                    #expect(try await response.text() == "Hello, world!")
                    #expect(response.certificate?.subject == "CN=localhost,O=Martlet")
                }
                #expect(targets.withLock { $0 } == ["CONNECT localhost:\(server.port)"])
                await client.close(force: true)
            }
        }
    }

    @Test("don't take a content for whole that only a cut connection has ended (RFC 9112 section 9.8)")
    func truncation() async throws {
        let certificates = try await Certificates.make()
        let connection = Shared<DetachedSocket?>(nil)
        try await withSecureServer(certificates.security) { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            try await socket.write("HTTP/1.1 200 OK\r\n\r\nhalf")
            for try await _ in socket.inbound {}
        } test: { server in
            try await withServer { request in
                try await relay(request, to: server.port) { socket in connection.change { $0 = socket } }
            } test: { proxy in
                let client = certificates.makeClient {
                    $0.http2 = .never
                    $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)") }
                }
                let response = try await client.get("https://localhost:\(server.port)/")
                var content = response.body.makeAsyncIterator()
                #expect(try await content.next() == ByteBuffer(string: "half"))
                await connection.value?.close()
                connection.change { $0 = nil }
                await #expect(throws: HTTPBodyError.connectionClosed) { _ = try await content.next() }
            }
        }
    }
}
