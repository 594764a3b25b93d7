import Martlet
import Testing

@Suite("Origins of requests")
struct OwnOriginTests {
    @Test(
        "H3: tell a page of the server's own from others, behind a proxy that undoes TLS too",
        arguments: [
            ("example.com:443", "https://example.com", true), ("example.com", "https://example.com", true),
            ("example.com", "https://example.com:443", true), ("example.com:443", "https://example.com:443", true),
            ("example.com", "http://example.com", true), ("example.com", "http://example.com:80", true),
            ("example.com:80", "http://example.com", true), ("Example.COM", "https://eXample.com", true),
            ("example.com.", "https://example.com", true), ("example.com", "https://example.com.", true),
            ("example.com.:443", "https://example.com.", true), ("[::1]:443", "https://[::1]", true),
            ("[::1]", "http://[::1]:80", true), ("[2001:DB8::1]:8080", "http://[2001:db8::1]:8080", true),
            ("127.0.0.1:8080", "http://127.0.0.1:8080", true), ("127.0.0.1:8080", "https://127.0.0.1:8080", true),
            ("example.com:80", "https://example.com", true), ("example.com:443", "http://example.com", false),
            ("example.com", "https://example.com:80", false), ("example.com", "http://example.com:443", false),
            ("example.com:8080", "http://example.com", false), ("example.com", "http://example.com:8080", false),
            ("example.com", "https://www.example.com", false), ("example.com", "https://example.com..", false),
            ("example.com", "https://example.com.evil.example", false),
            ("example.com", "https://example.com@evil.example", false), ("example.com", "null", false),
            ("example.com", "", false), ("example.com", "example.com", false), ("example.com", "//example.com", false),
            ("example.com", "ftp://example.com", false), ("[::1]", "http://[::2]", false),
            ("[::1]", "http://::1", false),
        ]
    )
    func own(host: String, origin: String, isOwn: Bool) async throws {
        try await expect(isOwn, "Host: \(host)", "Origin: \(origin)")
    }

    @Test(
        "H3: believe only trusted proxies about the host",
        arguments: [
            ("X-Forwarded-Host: example.com", "https://example.com"),
            ("X-Forwarded-Host: example.com\r\nX-Forwarded-Proto: https", "https://example.com:443"),
            ("Forwarded: host=example.com;proto=https", "https://example.com"),
        ]
    )
    func forwarded(fields: String, origin: String) async throws {
        for isTrusted in [false, true] {
            let trusted = isTrusted ? AddressRange.loopback : []
            try await expect(isTrusted, "Host: inner:8080", fields, "Origin: \(origin)", trusting: trusted)
            try await expect(!isTrusted, "Host: inner:8080", fields, "Origin: http://inner:8080", trusting: trusted)
        }
    }

    @Test("H3: take a request without an origin, and none with two")
    func count() async throws {
        try await expect(true, "Host: a")
        try await expect(false, "Host: a", "Origin: http://a", "Origin: http://a")
        try await expect(false, "Host: a", "Origin: http://a", "Origin: http://evil.example")
    }

    @Test(
        "H3: two rules for WebSockets make one",
        arguments: [
            ("http://a", true), ("https://b", true), ("http://b", false), ("https://c:444", true), ("null", false),
        ]
    )
    func rules(origin: String, isAccepted: Bool) async throws {
        let rule = AllowedOrigins.same.or(.only(["https://b", "https://c:444"]))
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request, allowedOrigins: rule)
            await socket.close()
        } test: { server in
            let client = try await server.connect()
            client.send(WebSocketUpgradeTests.requestWith("Origin: \(origin)"))
            let status = try await client.receive(through: "\r\n").split(separator: " ")[1]
            #expect(status == (isAccepted ? "101" : "403"))
        }
    }

    private func expect(_ isOwn: Bool, _ fields: String..., trusting trusted: [AddressRange] = []) async throws {
        try await withServer(.bare.with { $0.trustedProxies = trusted }) { request in
            try await request.response.end("\(request.hasAllowedOrigin(request.isOwnOrigin))")
        } test: { server in
            let request = "GET / HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
            let response = try await server.response(to: request)
            #expect(response.text == "\(isOwn)", "\(fields)")
        }
    }
}
