import Foundation
import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What the client makes of a proxy that this project did not write.
@Suite("HTTPClient and tinyproxy", .serialized, .timeLimit(.minutes(5)))
struct TinyproxyTests {
    private static func client(_ proxy: RealServer, user: String = "", tunnels: Bool = false) -> HTTPClient {
        makeClient {
            $0.findProxy = { _ in try ProxyList(pac: "PROXY \(user)127.0.0.1:\(proxy.port)") }
            $0.tunnelsHTTP = tunnels
        }
    }

    @Test("Requests are forwarded")
    func forwards() async throws {
        try await Nginx.run { server in
            try await Tinyproxy.run { proxy in
                let client = Self.client(proxy)
                for _ in 0..<3 {
                    let response = try await client.get("\(server.url)/hello")
                    #expect(response.headers[.via]?.contains("tinyproxy") == true)
                    #expect(try await response.text() == Nginx.hello)
                }
                #expect(try await client.get("\(server.url)/large").collect() == Nginx.large)
                #expect(try await client.get("\(server.url)/302").text() == Nginx.hello)
                #expect(try await client.put("\(server.url)/put/up", body: .buffer(Nginx.large)).status == .created)
                let uploaded = try Data(contentsOf: server.directory.appending(path: "files/up"))
                #expect(uploaded == Data(Nginx.large.readableBytesView))
            }
        }
    }

    @Test("Tunnels pass everything on, and are used again")
    func tunnels() async throws {
        try await Nginx.run { server in
            try await Tinyproxy.run { proxy in
                let client = Self.client(proxy, tunnels: true)
                for _ in 0..<3 {
                    let response = try await client.get("\(server.url)/hello")
                    #expect(response.headers[.via] == nil)
                    #expect(try await response.text() == Nginx.hello)
                }
                #expect(try await client.get("\(server.url)/large").collect() == Nginx.large)
                #expect(client.connectionCounts.total == 1)
            }
        }
    }

    @Test("Proxies that want a password", arguments: [false, true])
    func authentication(tunnels: Bool) async throws {
        try await Nginx.run { server in
            try await Tinyproxy.run(users: "BasicAuth Aladdin sesame") { proxy in
                let known = Self.client(proxy, user: "Aladdin:sesame@", tunnels: tunnels)
                #expect(try await known.get("\(server.url)/hello").text() == Nginx.hello)

                let asked = Events<String?>()
                let asking = makeClient {
                    $0.findProxy = { _ in try ProxyList(pac: "PROXY 127.0.0.1:\(proxy.port)") }
                    $0.tunnelsHTTP = tunnels
                    $0.authenticateProxy = { _, challenge in
                        asked.add(challenge.realm)
                        return .basic(username: "Aladdin", password: "sesame")
                    }
                }
                #expect(try await asking.get("\(server.url)/hello").text() == Nginx.hello)
                #expect(try await asked.next() != nil)

                let stranger = Self.client(proxy, user: "Aladdin:x@", tunnels: tunnels)
                let status = try await Self.refusal { try await stranger.get("\(server.url)/hello").status }
                // tinyproxy refuses a wrong password with 401, which is a server's to say.
                #expect([401, 407].contains(status.code))
            }
        }
    }

    /// The status of a response, or that of a tunnel's refusal.
    private static func refusal(_ request: () async throws -> HTTPResponse.Status) async throws -> HTTPResponse.Status {
        do {
            return try await request()
        } catch HTTPClientError.proxyTunnelRefused(let status) {
            return status
        }
    }

    @Test("A proxy that can't reach the server says so")
    func unreachable() async throws {
        let nobody = try DeadPort()
        try await Tinyproxy.run { proxy in
            let forwarded = try await Self.client(proxy).get(nobody.url)
            #expect(forwarded.status.kind == .serverError)
            await #expect(throws: HTTPClientError.self) {
                try await Self.client(proxy, tunnels: true).get(nobody.url)
            }
        }
    }
}
