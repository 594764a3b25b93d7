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
            ("%65x%41mple.com", "example.com", nil, "example.com"),
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
            "h#", "h\\", "h\"", "<h>", "h%", "h%4", "h%zz", "é", "h\r\n", "h\u{0}", "h\t", "[h]",
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

    @Test(
        "C20: hosts have one form, addresses that of the WHATWG URL standard",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("0X7F.0x0.0x0.0x1", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"), ("017700000001", "127.0.0.1"), ("0x7f000001", "127.0.0.1"),
            ("0x7f000001:80", "127.0.0.1:80"), ("%31%32%37.0.0.1", "127.0.0.1"), ("127.0.0.%31", "127.0.0.1"),
            ("0", "0.0.0.0"), ("0x", "0.0.0.0"), ("0x.0x.0", "0.0.0.0"), ("00.0", "0.0.0.0"),
            ("4294967295", "255.255.255.255"), ("1.16777215", "1.255.255.255"), ("1.2.65535", "1.2.255.255"),
            ("192.168.010.001", "192.168.8.1"), ("1.2.3", "1.2.0.3"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"), ("[::0001]", "[::1]"), ("[0::]", "[::]"),
            ("[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"),
            ("[1:0:0:2:3:0:0:4]", "[1::2:3:0:0:4]"), ("[1:2:3:4:5:6:0:8]", "[1:2:3:4:5:6:0:8]"),
            ("[::FFFF:1.2.3.4]", "[::ffff:102:304]"), ("[1::1.2.3.4]:8", "[1::102:304]:8"),
            ("[2001:0DB8:0:0:0:0:0:0]", "[2001:db8::]"),
            // No numbers at the end: names.
            ("127.0.0.1.example", "127.0.0.1.example"), ("0x7f.1.a", "0x7f.1.a"), ("1a", "1a"), ("0xg", "0xg"),
            ("example.1a.", "example.1a."), ("example.com.", "example.com."), ("08a", "08a"),
        ]
    )
    func canonical(text: String, description: String) throws {
        let authority = try #require(Authority(text))
        #expect(authority.description == description)
        #expect(Authority(description) == authority)
        #expect(HTTPURL("http://\(text)/")?.hostAndPort.host == authority.host)
    }

    @Test(
        "C20: a host that ends in a number and is no address is refused, as in browsers",
        arguments: [
            "256.0.0.1", "1.2.3.256", "1.2.3.4.5", "1.2.3.4.5.", "4294967296", "1.16777216", "1.2.65536", "0x100000000",
            "99999999999999999999999", "0xfffffffffffffffffffff.1", "08", "1.2.3.09", "1..2", ".1", "foo.1",
            "foo.0x1", "foo.0x", "1.foo.2", "0x7f.0xg.1", "example.123", "example.0%31",
        ]
    )
    func numbers(text: String) {
        #expect(Authority(text) == nil)
        #expect(HTTPURL("http://\(text)/") == nil)
        #expect(Authority(host: text, port: nil) == nil)
    }

    @Test("C18: an IPv6 address may have a zone in a URL, which is not sent (RFC 6874)")
    func zones() throws {
        for text in ["[fe80::1%25eth0]", "[FE80:0::1%eth0]"] {
            let authority = try #require(Authority(text))
            #expect(authority.host == "fe80::1%eth0")
            #expect(authority.description == "[fe80::1%25eth0]")
            let url = try #require(HTTPURL("http://\(text):8/x"))
            #expect(url.host == "fe80::1%eth0")
            #expect(url.authority == "[fe80::1]:8")
            #expect(url.description == "http://[fe80::1%25eth0]:8/x")
            #expect(url.origin.description == "http://[fe80::1%25eth0]:8")
            #expect(HTTPURL(url.description) == url)
            #expect(HTTPURL(host: url.host, port: 8, path: "/x") == url)
        }
        #expect(Authority("[fe80::1%25Eth0]")?.host == "fe80::1%Eth0", "names of interfaces have a case")
        for text in ["[fe80::1%]", "[fe80::1%25]x", "[%25eth0]", "[fe80::1%a/b]", "[fe80::1%25a%20]", "[1.2.3.4%eth0]"]
        {
            #expect(Authority(text) == nil, "\(text)")
        }
        // Not in a Host field, where it means nothing.
        #expect(!Array("[fe80::1%25eth0]".utf8).withUnsafeBytes { Authority.isValid($0) })
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
