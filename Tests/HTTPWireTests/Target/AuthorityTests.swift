import Testing

@testable import HTTPWire

@Suite("Host and port (RFC 3986 section 3.2)")
struct AuthorityTests {
    @Test(
        "are read",
        arguments: [
            ("example.com", "example.com", nil, "example.com"),
            ("Example.COM:8080", "example.com", 8080, "example.com:8080"),
            ("h:", "h", nil, "h"),
            ("h:0", "h", 0, "h:0"),
            ("h:0080", "h", 80, "h:80"),
            ("h:65535", "h", 65535, "h:65535"),
            ("127.0.0.1:80", "127.0.0.1", 80, "127.0.0.1:80"),
            ("a_b-c.d~!$&'()*+,;=", "a_b-c.d~!$&'()*+,;=", nil, "a_b-c.d~!$&'()*+,;="),
            ("%C3%A9.fr", "%c3%a9.fr", nil, "%c3%a9.fr"),
            ("[::1]", "::1", nil, "[::1]"),
            ("[::1]:80", "::1", 80, "[::1]:80"),
            ("[2001:DB8::1]", "2001:db8::1", nil, "[2001:db8::1]"),
            ("[v1.fe80]:1", "v1.fe80", 1, "[v1.fe80]:1"),
        ] as [(String, String, Int?, String)]
    )
    func reading(text: String, host: String, port: Int?, description: String) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.description == description)
        #expect(Authority(description) == authority)
        #expect(Array(text.utf8).withUnsafeBytes { Authority.isValid($0) })
        #expect(Array(text.utf8).withUnsafeBytes { Authority(bytes: $0) } == authority)
    }

    @Test(
        "are nil when malformed",
        arguments: [
            "", ":", ":80", "a b", "user@host", "user:pw@host:80", "h:x", "h:-1", "h:+1", "h:65536",
            "h:99999999999999999999999", "h:80:80", "::1", "[::1", "::1]", "[]", "[]:80", "[::1]x", "[::1]80", "h/",
            "h?",
            "h#", "h\\", "h\"", "<h>", "h%", "h%4", "h%zz", "é", "h\r\n", "h\u{0}", "h\t", "[fe80::1%25eth0]", "[h]",
            "[1.2.3.4]",
            "[v.a]", "[v1.]", "[v1]", "[v1.a@b]", "h|", "h^", "h[", "h]", "{h}",
        ]
    )
    func malformed(text: String) {
        #expect(Authority(text) == nil)
        #expect(!Array(text.utf8).withUnsafeBytes { Authority.isValid($0) })
    }

    @Test(
        "know IPv6 addresses (section 3.2.2)",
        arguments: [
            ("::", true), ("1::", true), ("::1", true), ("1:2:3:4:5:6:7:8", true), ("1::8", true),
            ("1:2:3:4:5:6:7::", true),
            ("::2:3:4:5:6:7:8", true), ("1:2:3::6:7:8", true), ("::ffff:1.2.3.4", true), ("1:2:3:4:5:6:1.2.3.4", true),
            ("::1.2.3.4", true), ("1::1.2.3.4", true), ("abcd:EF01::", true),
            ("", false), (":", false), (":::", false), ("1", false), ("1:", false), (":1", false),
            ("1:2:3:4:5:6:7", false),
            ("1:2:3:4:5:6:7:8:9", false), ("1:2:3:4:5:6:7:8::", false), ("::1::", false), ("1:::2", false),
            ("12345::", false), ("g::", false), ("1:2:3:4:5:6:7:1.2.3.4", false), ("::1.2.3", false),
            ("::1.2.3.4.5", false),
            ("::1.2.3.256", false), ("::01.2.3.4", false), ("::1.2.3.4:5", false), ("1:2:3:4:5:6:7:", false),
            ("::1.", false),
            ("1.2.3.4::", false),
        ]
    )
    func ipv6(text: String, isValid: Bool) {
        #expect((Authority("[\(text)]") != nil) == isValid)
    }

    @Test("are made of checked parts")
    func making() {
        #expect(Authority(host: "::1", port: 80)?.description == "[::1]:80")
        #expect(Authority(host: "[::1]", port: nil)?.description == "[::1]")
        #expect(Authority(host: "a", port: 65535)?.description == "a:65535")
        for host in ["", "a:1", "a:", "a/b", "a\r\n", "[::1]:80", "[::1]:"] {
            #expect(Authority(host: host, port: nil) == nil)
        }
        #expect(Authority(host: "a", port: 65536) == nil)
        #expect(Authority(host: "a", port: -1) == nil)
    }

    @Test("may be absent in a Host field (RFC 9110 section 7.2)")
    func empty() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(Authority.isValid(nothing, allowsEmpty: true))
        #expect(!Authority.isValid(nothing))
    }
}
