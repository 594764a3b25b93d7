import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

@Suite("Protection from the pages of other origins")
struct CrossOriginProtectionTests {
    private static let handler: HTTPServer.Handler = { try await $0.response.end("Hello") }

    /// Requests and their statuses. `own` stands for the server's origin.
    private static let requests: [(method: HTTPRequest.Method, fields: HTTPFields, status: Int)] = [
        // Methods that change nothing.
        (.get, [.secFetchSite: "cross-site", .origin: "https://b.example"], 200),
        (.head, [.secFetchSite: "cross-site"], 200), (.options, [.origin: "https://b.example"], 200),
        // By Sec-Fetch-Site, whatever Origin says.
        (.post, [.secFetchSite: "same-origin"], 200), (.post, [.secFetchSite: "none"], 200),
        (.post, [.secFetchSite: "same-origin", .origin: "https://b.example"], 200),
        (.post, [.secFetchSite: "same-site"], 403), (.post, [.secFetchSite: "cross-site"], 403),
        (.post, [.secFetchSite: "cross-site", .origin: "own"], 403), (.post, [.secFetchSite: ""], 403),
        (.post, [.secFetchSite: "Same-Origin"], 403), (.post, [.secFetchSite: "same-origin, none"], 403),
        // By Origin.
        (.post, [:], 200), (.post, [.origin: "own"], 200), (.post, [.origin: "https://b.example"], 403),
        (.post, [.origin: "null"], 403), (.post, [.origin: ""], 403),
        (.post, [.origin: "http://127.0.0.1:1"], 403), (.post, [.origin: "http://127.0.0.1"], 403),
        // All other methods.
        (.put, [.origin: "https://b.example"], 403), (.patch, [.secFetchSite: "cross-site"], 403),
        (.delete, [.secFetchSite: "cross-site"], 403), (.delete, [.secFetchSite: "same-origin"], 200),
        // Trusted origins.
        (.post, [.secFetchSite: "cross-site", .origin: "https://a.example"], 200),
        (.post, [.origin: "https://a.example"], 200), (.post, [.origin: "http://a.example"], 403),
        (.post, [.origin: "https://a.example:8443"], 403), (.post, [.origin: "https://a.example.b.example"], 403),
    ]

    @Test("is decided by Sec-Fetch-Site, otherwise by Origin", arguments: Transport.allCases)
    func rule(transport: Transport) async throws {
        let protection = try CrossOriginProtection(trusting: ["https://a.example"])
        try await withServer(over: transport, .bare, protection.wrapping(Self.handler)) { server, client in
            for (method, fields, status) in Self.requests {
                let request = try client.open(method, server.url)
                for field in fields {
                    let own = String(server.url.dropLast())
                    request.headers[field.name] = field.value == "own" ? own : field.value
                }
                let response = try await request.end()
                #expect(response.status.code == status, "\(method) \(fields)")
            }
            for origin in ["https://a.example", String(server.url.dropLast())] {
                let repeated = try client.open(.post, server.url)
                repeated.headers[values: .origin] = [origin, origin]
                #expect(try await repeated.end().status == .forbidden, "two fields")
            }
        }
    }

    @Test("says why, in bytes")
    func bytes() async throws {
        try await withServer(.bare, CrossOriginProtection().wrapping(Self.handler)) { server in
            let text = try await server.transcript(
                of: "POST / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(
                text == "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 63\r\n\r\n"
                    + "Pages of other origins can't send such requests to this server."
            )
            // A proxy that has terminated TLS.
            for (origin, status) in [("https://a", 200), ("http://A.:80", 200), ("https://a:80", 403)] {
                #expect(try await server.response(to: post("", "Origin: \(origin)")).status == status)
            }
        }
    }

    @Test("exempts requests", arguments: Transport.allCases)
    func exemptions(transport: Transport) async throws {
        let protection = CrossOriginProtection { $0.url.path == "/hook" }
        try await withServer(over: transport, .bare, protection.wrapping(Self.handler)) { server, client in
            for (path, status) in [("hook", 200), ("hook/x", 403), ("", 403)] {
                let request = try client.open(.post, server.url + path)
                request.headers[.secFetchSite] = "cross-site"
                #expect(try await request.end().status.code == status, "\(path)")
            }
        }
    }

    @Test("leaves alone what the server refuses")
    func refused() async throws {
        try await withBoundServer(.bare) { server in
            let serving = Task { try await server.serve(around: [CrossOriginProtection()], Self.handler) }
            let other = try await server.response(to: post("", "Sec-Fetch-Site: cross-site"))
            #expect(other.status == 403)
            let refused = try await server.response(to: "POST /\u{1} HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n")
            #expect(refused.status == 400)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test(
        "trusts only what is an origin",
        arguments: [
            "", "null", "*", "example.com", "https://example.com/", "https://example.com/a", "https://Example.com",
            "https://example.com:443", "https://*.example.com", "https://u@example.com", "http:", "https://a b",
        ]
    )
    func origins(origin: String) {
        #expect(throws: MiddlewareError.invalidOrigin(origin)) {
            _ = try CrossOriginProtection(trusting: ["https://a.example", origin])
        }
        #expect(MiddlewareError.invalidOrigin(origin).description.hasPrefix(origin.debugDescription))
    }
}
