import Foundation
import HTTPTypes
import HTTPWire
import NIOCore
import TestProcesses
import Testing

@testable import Martlet

/// What the client makes of an HTTP/2 server that this project did not write.
@Suite("HTTP/2, client: nginx", .serialized, .timeLimit(.minutes(5)))
struct HTTP2ClientNginxTests {
    @Test("Over https HTTP/2 is used when the server offers it, and when the client may")
    func negotiation() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            // Without its client the connection may close at any time.
            let client = certificates.makeClient()
            let response = try await client.get("\(server.secureURL)/version")
            #expect(response.version == .http2)
            #expect(response.certificate?.subject == "CN=localhost,O=Martlet")
            #expect(response.tlsVersion != nil)
            #expect(response.connectionInfo?.remotePort == server.port)
            let text = try await response.text()
            #expect(text.hasPrefix("HTTP/2.0"))
            await client.close()
            let old = try await certificates.makeClient { $0.http2 = .never }.get("\(server.secureURL)/version")
            #expect(old.version == .http1_1)
            let oldText = try await old.text()
            #expect(oldText.hasPrefix("HTTP/1.1"))
            let accepting = makeClient { $0.acceptsBadCertificate = { _, _, _ in true } }
            let accepted = try await accepting.get("\(server.secureURL)/hello")
            #expect(accepted.version == .http2)
            // What asks for another protocol needs a connection of its own.
            let upgrade = try await certificates.makeClient()
                .get("\(server.secureURL)/version", headers: [.connection: "upgrade", .upgrade: "x"])
            #expect(upgrade.version == .http1_1)
        }
        try await SecureNginx.run(certificates, http2: false) { server in
            let client = certificates.makeClient()
            try await withThrowingTaskGroup(of: HTTPVersion.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let response = try await client.get("\(server.secureURL)/hello")
                        _ = try await response.text()
                        return response.version
                    }
                }
                for try await version in group { #expect(version == .http1_1) }
            }
            let only = certificates.makeClient { $0.http2 = .always }
            let error = await #expect(throws: HTTPClientError.self) { try await only.get(server.secureURL) }
            guard case .handshakeFailed = error else { Issue.record("\(String(describing: error))"); return }
        }
    }

    @Test("HEAD, errors, uploads and early answers on one connection")
    func messages() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            let client = certificates.makeClient()
            let url = server.secureURL
            let head = try await client.head("\(url)/hello")
            #expect(head.contentLength == 13)
            let put = try await client.put("\(url)/put/up", body: "abc")
            #expect(put.status == .created)
            let back = try await client.get("\(url)/put/up").text()
            #expect(back == "abc")
            let missing = try await client.get("\(url)/nothing")
            #expect(missing.status == .notFound)
            _ = try await missing.collect()
            let refused = try await client.put("\(url)/413", body: .bytes([UInt8](repeating: 0, count: 1 << 20)))
            #expect(refused.status == .contentTooLarge)
            _ = try await refused.collect()
            let range = try await client.get("\(url)/hello", headers: [.range: "bytes=7-"]).text()
            #expect(range == "world!")
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A thousand requests, 64 at a time, on one connection")
    func load() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            let client = certificates.makeClient()
            let connections = Shared<Set<String>>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<64 {
                    group.addTask {
                        for _ in 0..<(worker < 40 ? 16 : 15) {
                            let text = try await client.get("\(server.secureURL)/version").text()
                            connections.change { _ = $0.insert(text) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(connections.value.count == 1)
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A large content arrives whole, and so does a large upload")
    func large() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            let client = certificates.makeClient()
            let url = server.secureURL
            let whole = SecureNginx.large
            let down = try await client.get("\(url)/large").collect(upTo: 64 << 20)
            #expect(down == whole)
            let put = try await client.put("\(url)/put/whole", body: .buffer(whole))
            #expect(put.status == .created)
            let request = try client.open(.put, "\(url)/put/pieces")
            var rest = whole
            while let piece = rest.readSlice(length: min(100_000, rest.readableBytes)), piece.readableBytes > 0 {
                try await request.write(piece)
            }
            let pieces = try await request.end()
            #expect(pieces.status == .created)
            for name in ["whole", "pieces"] {
                let stored = try Data(contentsOf: server.directory.appending(path: "files/\(name)"))
                #expect(stored == Data(whole.readableBytesView))
            }
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("A reload in the middle of load fails no request")
    func reload() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            let client = certificates.makeClient()
            let count = Shared(0)
            let connections = Shared<Set<String>>([])
            let mayStop = Shared(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        while !mayStop.value {
                            let response = try await client.get("\(server.secureURL)/version")
                            #expect(response.status == .ok)
                            let text = try await response.text()
                            connections.change { _ = $0.insert(text) }
                            count.change { $0 += 1 }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        let before = count.value
                        try await eventually { count.value > before + 100 }
                        let known = connections.value.count
                        server.process.send(SIGHUP)
                        try await eventually { connections.value.count > known }
                    }
                    mayStop.change { $0 = true }
                }
                try await group.waitForAll()
            }
            #expect(connections.value.count >= 4)
        }
    }

    @Test("HTTP/2 goes through a proxy's tunnel")
    func tunnel() async throws {
        let certificates = try await Certificates.make()
        try await SecureNginx.run(certificates) { server in
            try await withServer { request in
                #expect(request.method == .connect)
                try await relay(request, to: server.port)
            } test: { proxy in
                let client = certificates.makeClient {
                    $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)") }
                }
                for _ in 0..<3 {
                    let response = try await client.get("\(server.secureURL)/hello")
                    #expect(response.version == .http2)
                    let text = try await response.text()
                    #expect(text == "Hello, world!")
                }
                #expect(client.connectionCounts.total == 1)
            }
        }
    }
}
