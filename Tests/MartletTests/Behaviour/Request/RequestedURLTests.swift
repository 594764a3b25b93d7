import Martlet
import Testing

@Suite("requestedURL and remoteAddress")
struct RequestedURLTests {
    @Test(
        "come from the target and Host, whatever a client that is not trusted says about forwarding",
        arguments: [
            ("GET /a?b HTTP/1.1\r\nHost: example.org\r\n\r\n", "http://example.org/a?b"),
            ("GET /a HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", "http://example.org:8080/a"),
            ("GET /a HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", "http://[2001:db8::1]:80/a"),
            ("GET http://other/b?c HTTP/1.1\r\nHost: other\r\n\r\n", "http://other/b?c"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "http://a"),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "http://a:443"),
            ("GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=9.9.9.9;host=evil;proto=https\r\n\r\n", "http://a/"),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n"
                    + "X-Forwarded-For: 9.9.9.9\r\n\r\n", "http://a/"
            ),
        ]
    )
    func direct(request: String, url: String) async throws {
        try await expect("\(url) 127.0.0.1", for: request, trusting: [])
    }

    @Test("come from the server's own address when the client names no host")
    func noHost() async throws {
        try await withServer { request in
            try await request.response.end(request.requestedURL)
        } test: { server in
            for request in ["GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.1\r\nHost:\r\n\r\n"] {
                let response = try await server.response(to: request)
                #expect(response.text == "http://127.0.0.1:\(server.port)/a")
            }
        }
    }

    @Test(
        "come from what a trusted proxy says",
        arguments: [
            ("Forwarded: for=9.9.9.9;host=shop.example;proto=https", "https://shop.example/a?b 9.9.9.9"),
            ("Forwarded: for=\"[2001:db8::17]:4711\";proto=http", "http://a/a?b [2001:db8::17]"),
            ("Forwarded: For=9.9.9.9;Host=\"h:8443\";Proto=HTTPS", "https://h:8443/a?b 9.9.9.9"),
            ("Forwarded: for=unknown;proto=https", "https://a/a?b 127.0.0.1"),
            ("Forwarded: for=_hidden;proto=https", "https://a/a?b 127.0.0.1"),
            ("X-Forwarded-For: 9.9.9.9", "http://a/a?b 9.9.9.9"),
            ("X-Forwarded-For: 2001:db8::17", "http://a/a?b [2001:db8::17]"),
            ("X-Forwarded-Proto: https", "https://a/a?b 127.0.0.1"),
            ("X-Forwarded-Host: shop.example:8443", "http://shop.example:8443/a?b 127.0.0.1"),
            ("X-Forwarded-Proto: javascript", "http://a/a?b 127.0.0.1"),
            ("X-Forwarded-Host: a/../b?c", "http://a/a?b 127.0.0.1"),
            ("Forwarded: proto=javascript", "http://a/a?b 127.0.0.1"),
        ]
    )
    func trusted(field: String, expected: String) async throws {
        try await expect(expected, for: get("/a?b", field), trusting: AddressRange.loopback)
    }

    @Test(
        "stop believing at the first hop that is not trusted",
        arguments: [
            // What the client itself wrote stands before what the proxy added.
            (
                "Forwarded: for=1.1.1.1;host=evil;proto=http, for=9.9.9.9;host=real;proto=https",
                "https://real/a 9.9.9.9"
            ),
            ("X-Forwarded-For: 1.1.1.1, 9.9.9.9", "http://a/a 9.9.9.9"),
            ("X-Forwarded-For: 1.1.1.1, 9.9.9.9, 10.0.0.2", "http://a/a 9.9.9.9"),
            ("Forwarded: for=9.9.9.9;host=first, for=10.0.0.2;host=second", "http://first/a 9.9.9.9"),
            ("Forwarded: for=10.0.0.9, for=10.0.0.2", "http://a/a 10.0.0.9"),
        ]
    )
    func chain(field: String, expected: String) async throws {
        let trusted = AddressRange.loopback + [try #require(AddressRange("10.0.0.0/24"))]
        try await expect(expected, for: get("/a", field), trusting: trusted)
    }

    @Test("do not believe a peer outside of the trusted range")
    func otherProxy() async throws {
        try await expect(
            "http://a/a 127.0.0.1",
            for: get("/a", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Host: evil"),
            trusting: [try #require(AddressRange("10.0.0.0/8")), .unix]
        )
    }

    @Test("give a target in absolute form the host that the proxy tells")
    func absoluteForm() async throws {
        try await expect(
            "https://shop.example/b?c 9.9.9.9",
            for: "GET http://inner/b?c HTTP/1.1\r\nHost: inner\r\n"
                + "Forwarded: for=9.9.9.9;host=shop.example;proto=https\r\n\r\n",
            trusting: AddressRange.loopback
        )
    }

    private func expect(_ expected: String, for request: String, trusting trusted: [AddressRange]) async throws {
        try await withServer(.bare.with { $0.trustedProxies = trusted }) { request in
            request.response.headers[.location] =
                "\(request.requestedURL) \(request.remoteAddress?.description ?? "nil")"
        } test: { server in
            let client = try await server.connect()
            client.send(request)
            let head = try await client.receive(through: "\r\n\r\n")
            #expect(head.contains("Location: \(expected)\r\n"), "\(head)")
        }
    }
}
