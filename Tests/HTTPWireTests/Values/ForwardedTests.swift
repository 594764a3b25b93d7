import Testing

@testable import HTTPWire

@Suite("Forwarded (RFC 7239)")
struct ForwardedTests {
    @Test("elements have four parts, quoted or not")
    func parts() throws {
        let text = "For=\"[2001:db8:cafe::17]:4711\";by=_secret;host=\"Example.com:8080\";proto=HTTPS;ext=1"
        let element = try #require(ForwardedElement.parse(text)?.first)
        #expect(element.client?.name == "2001:db8:cafe::17")
        #expect(element.client?.port == "4711")
        #expect(element.client?.description == "[2001:db8:cafe::17]:4711")
        #expect(element.proxy?.name == "_secret")
        #expect(element.host?.description == "example.com:8080")
        #expect(element.scheme == "https")
    }

    @Test(
        "elements stand in a list",
        arguments: [
            ("", []),
            ("for=192.0.2.43", ["192.0.2.43"]),
            (
                "for=192.0.2.43, for=\"192.0.2.44:80\";proto=http, for=unknown",
                ["192.0.2.43", "192.0.2.44:80", "unknown"]
            ),
            ("for=\"_a:_b\",, for=_x", ["_a:_b", "_x"]),
        ] as [(String, [String])]
    )
    func lists(text: String, clients: [String]) {
        #expect(ForwardedElement.parse(text)?.compactMap { $0.client?.description } == clients)
    }

    @Test(
        "one malformed element spoils the field, because it would shift the others",
        arguments: [
            "for", "for=", "for=a:b", "for=\"a:b\"", "for=1.2.3.4;for=5.6.7.8", "for=\"[::1\"", "for=\"a@b\"",
            "proto=1x",
            "proto=\"a b\"", "host=\"a/b\"", "host=\"\"", "for=1.2.3.4, x", "for=\"1.2.3.4:99999\"", "for=\"1.2.3.4:\"",
            "for=\"::\u{0}\"",
        ]
    )
    func malformed(text: String) {
        #expect(ForwardedElement.parse(text) == nil)
    }

    @Test(
        "nodes are also read from X-Forwarded-For, with bare IPv6 addresses",
        arguments: [
            ("1.2.3.4", "1.2.3.4", nil), ("1.2.3.4:80", "1.2.3.4", "80"), ("::1", "::1", nil), ("[::1]", "::1", nil),
            ("[::1]:80", "::1", "80"), ("2001:DB8::1", "2001:db8::1", nil), ("unknown", "unknown", nil),
        ] as [(String, String, String?)]
    )
    func nodes(text: String, name: String, port: String?) {
        let node = ForwardedNode(text)
        #expect(node?.name == name)
        #expect(node?.port == port)
        #expect(node.flatMap { ForwardedNode($0.description) } == node)
    }

    @Test(
        "nodes are nil when malformed",
        arguments: ["", ":", ":80", "a b", "1.2.3.4:x", "1:2:3", "[::1]x", "[::1]:", "a,b c", "a::b:"]
    )
    func malformedNodes(text: String) {
        #expect(ForwardedNode(text) == nil)
    }
}
