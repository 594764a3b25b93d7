import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("Redirects to https")
struct HTTPSRedirectTests {
    private let handler: HTTPServer.Handler = { try await $0.response.end("handled \($0.target)") }

    private func withRedirect(
        hosts: [String] = ["example.com", "*.example.com", "[::1]", "192.0.2.1"],
        port: Int = 443,
        trusting proxies: [AddressRange] = [],
        test: (HTTPServer) async throws -> Void
    ) async throws {
        let redirect = try HTTPSRedirect(hosts: hosts, port: port)
        let configuration = HTTPServer.Configuration.bare.with { $0.trustedProxies = proxies }
        try await withServer(configuration, redirect.wrapping(handler)) { try await test($0) }
    }

    private func request(_ target: String, host: String = "example.com", method: String = "GET") -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 0\r\n\r\n"
    }

    @Test("lead to the same host, path and query, as they were sent")
    func location() async throws {
        try await withRedirect { server in
            for (host, target, location) in [
                ("example.com", "/", "https://example.com/"),
                ("example.com:8080", "/a/../b%2fc?d=%2e&e", "https://example.com/a/../b%2fc?d=%2e&e"),
                ("WWW.Example.com:80", "//evil.test/", "https://www.example.com//evil.test/"),
                ("a.b.example.com", "/?", "https://a.b.example.com/?"),
                ("[::1]:80", "/x", "https://[::1]/x"), ("192.0.2.1", "/x", "https://192.0.2.1/x"),
                ("example.com", "http://www.example.com/y", "https://www.example.com/y"),
                ("example.com", "http://example.com", "https://example.com/"),
            ] {
                let asked = HTTPURL(target)?.origin.description.dropFirst("http://".count)
                let response = try await server.response(to: request(target, host: asked.map(String.init) ?? host))
                #expect(response.statusLine == "HTTP/1.1 301 Moved Permanently", "\(target)")
                #expect(response["Location"] == location)
                #expect(response.content.isEmpty)
            }
        }
        try await withRedirect(port: 8443) { server in
            let response = try await server.response(to: request("/a?b", host: "example.com:8080"))
            #expect(response["Location"] == "https://example.com:8443/a?b")
        }
    }

    @Test(
        "keep the method",
        arguments: [
            ("GET", 301), ("HEAD", 301), ("POST", 308), ("PUT", 308), ("DELETE", 308), ("OPTIONS", 308), ("BREW", 308),
        ]
    )
    func methods(method: String, status: Int) async throws {
        try await withRedirect { server in
            let response = try await server.response(to: request("/a", method: method))
            #expect(response.status == status)
            #expect(response["Location"] == "https://example.com/a")
        }
    }

    @Test("lead to hosts of the list only, whatever the client says")
    func hosts() async throws {
        try await withRedirect { server in
            for host in ["evil.test", "example.com.evil.test", "xexample.com", "com", "[::2]", "127.0.0.1"] {
                let response = try await server.response(to: request("/", host: host))
                #expect(response.statusLine == "HTTP/1.1 421 Misdirected Request", "\(host)")
                #expect(response["Location"] == nil)
            }
            // What nobody trusted says counts for nothing.
            let forwarded = get("/", "X-Forwarded-Host: example.com", "X-Forwarded-Proto: https")
            let untrusted = try await server.response(to: forwarded)
            #expect(untrusted.status == 421)
            let none = try await server.response(to: "GET / HTTP/1.0\r\n\r\n")
            #expect(none.status == 421)
            let tunnel = try await server.response(
                to: "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"
            )
            #expect(tunnel.status == 400)
        }
        for name in ["*", "a b", "*a.com", "example.com:80", ""] {
            #expect(throws: VirtualHostError.invalidName(name)) { _ = try HTTPSRedirect(hosts: [name]) }
        }
    }

    @Test("leave alone what a proxy has had over https, and what certificate authorities ask")
    func exceptions() async throws {
        try await withRedirect(trusting: AddressRange.loopback) { server in
            let secure = try await server.response(
                to: "GET /a HTTP/1.1\r\nHost: b\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n"
            )
            #expect(secure.text == "handled /a")
            let plain = try await server.response(
                to: "GET /a HTTP/1.1\r\nHost: b\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: example.com\r\n\r\n"
            )
            #expect(plain["Location"] == "https://example.com/a")
        }
        try await withRedirect { server in
            let token = "/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
            let challenge = try await server.response(to: request(token))
            #expect(challenge.text == "handled \(token)")
            for path in [
                "", "../../secret", "a/../../secret", "%2e%2e/secret", "a?b/..//", "a%00", "a.b", "a/",
            ] {
                let response = try await server.response(to: request("/.well-known/acme-challenge/" + path))
                let isToken = path == "a?b/..//"
                #expect(response.status == (isToken ? 200 : 301), "\(path)")
            }
            let posted = try await server.response(to: request(token, method: "POST"))
            #expect(posted.status == 308)
        }
    }

    @Test("are a handler of their own for a plain server")
    func alone() async throws {
        let redirect = try HTTPSRedirect(hosts: ["example.com"])
        try await withServer(.bare, redirect.handle) { server in
            let plain = try await server.response(to: request("/a"))
            #expect(plain.status == 301)
            let challenge = try await server.response(to: request("/.well-known/acme-challenge/a"))
            #expect(challenge.status == 404)
        }
    }

    @Test("leave alone what the server refuses")
    func refused() async throws {
        let redirect = try HTTPSRedirect(hosts: ["example.com"])
        try await withBoundServer(.bare) { server in
            let serving = Task { try await server.serve(around: [redirect], handler) }
            let plain = try await server.response(to: request("/a"))
            #expect(plain["Location"] == "https://example.com/a")
            let refused = try await server.response(to: request("/\u{1}"))
            #expect(refused.status == 400 && refused["Location"] == nil)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("Strict-Transport-Security goes out with every response to a secure request, and with no other")
    func policy() async throws {
        let policy = StrictTransportSecurity(maxAge: 60, includeSubDomains: true)
        let handler: HTTPServer.Handler = { request in
            if request.target == "/error" { throw HTTPError(.notFound, "none") }
            try await request.response.end("")
        }
        let configuration = HTTPServer.Configuration.bare.with { $0.trustedProxies = AddressRange.loopback }
        try await withServer(configuration, policy.wrapping(handler)) { server in
            for target in ["/", "/error"] {
                let secure = try await server.response(to: get(target, "X-Forwarded-Proto: https"))
                #expect(secure["Strict-Transport-Security"] == "max-age=60; includeSubDomains")
                for fields in [[], ["X-Forwarded-Proto: http"]] {
                    let text = "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
                    let plain = try await server.response(to: text)
                    #expect(plain["Strict-Transport-Security"] == nil)
                }
            }
            let error = try await server.response(to: get("/error", "X-Forwarded-Proto: https"))
            #expect(error.status == 404)
            #expect(error.text == "none")
        }
    }
}
