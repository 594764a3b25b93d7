import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import Testing

/// Each status that these answer with, over each version of HTTP. Their own suites have the bytes.
@Suite("Middleware answers alike over HTTP/1.1 and HTTP/2")
struct StatusTests {
    private static let plain: HTTPServer.Handler = { request in
        if request.url.path == "/missing" { throw HTTPError(.notFound, "None.") }
        try await request.response.end("fine")
    }

    @Test("CORSPolicy: 204 to preflights, and its fields with all else", arguments: Transport.allCases)
    func cors(transport: Transport) async throws {
        let policy = try CORSPolicy(origins: .only(["https://a.example"]), methods: [.get, .put])
        try await withServer(over: transport, .bare, policy.wrapping(Self.plain)) { server, client in
            let preflight = try await client.send(
                .options,
                server.url,
                headers: [.origin: "https://a.example", .accessControlRequestMethod: "PUT"]
            )
            #expect(preflight.status == .noContent)
            #expect(preflight.headers[.accessControlAllowMethods] == "GET, PUT")
            for (path, code) in [("", 200), ("missing", 404)] {
                let own = try await client.get(server.url + path, headers: [.origin: "https://a.example"])
                #expect(own.status.code == code)
                #expect(own.headers[.accessControlAllowOrigin] == "https://a.example")
                let other = try await client.get(server.url + path, headers: [.origin: "https://b.example"])
                #expect(other.status.code == code)
                #expect(other.headers[.accessControlAllowOrigin] == nil)
            }
        }
    }

    @Test("ErrorPages: a page, a report or a text, with the status of the error", arguments: Transport.allCases)
    func pages(transport: Transport) async throws {
        try await withServer(over: transport, .bare, ErrorPages().wrapping(Self.plain)) { server, client in
            for (accept, type) in [
                ("text/html", "text/html; charset=utf-8"), ("application/json", "application/problem+json"),
            ] {
                let response = try await client.get(server.url + "missing", headers: [.accept: accept])
                #expect(response.status == .notFound)
                #expect(response.headers[.contentType] == type)
                #expect(try await response.text().contains("None."))
            }
            let fine = try await client.get(server.url)
            #expect(fine.status == .ok)
        }
    }

    @Test("HTTPSRedirect: 301, 308, and 421 for other hosts", arguments: Transport.allCases)
    func redirect(transport: Transport) async throws {
        let redirect = try HTTPSRedirect(hosts: ["example.com"])
        try await withServer(
            over: transport,
            .bare,
            client: { $0.followsRedirects = false },
            redirect.wrapping(Self.plain)
        ) { server, client in
            for (method, host, code) in [
                (HTTPRequest.Method.get, "example.com", 301), (.post, "example.com", 308), (.get, "evil.example", 421),
            ] {
                let request = try client.open(method, server.url + "a?b")
                request.headers.host = Authority(host)
                let response = try await request.end()
                #expect(response.status.code == code)
                #expect(response.headers[.location] == (code == 421 ? nil : "https://example.com/a?b"))
            }
        }
    }

    @Test("StrictTransportSecurity: its field with every secure response", arguments: Transport.allCases)
    func security(transport: Transport) async throws {
        let policy = StrictTransportSecurity(maxAge: 60)
        let configuration = HTTPServer.Configuration.bare.with { $0.trustedProxies = AddressRange.loopback }
        try await withServer(over: transport, configuration, policy.wrapping(Self.plain)) { server, client in
            for (path, code) in [("", 200), ("missing", 404)] {
                let secure = try await client.get(server.url + path, headers: [.xForwardedProto: "https"])
                #expect(secure.status.code == code)
                #expect(secure.headers[.strictTransportSecurity] == "max-age=60")
                let plain = try await client.get(server.url + path)
                #expect(plain.headers[.strictTransportSecurity] == nil)
            }
        }
    }
}
