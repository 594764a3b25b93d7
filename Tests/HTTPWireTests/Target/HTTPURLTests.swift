import Testing

@testable import HTTPWire

@Suite("URLs (RFC 3986)")
struct HTTPURLTests {
    @Test("have segments and parameters, as the target of a request has")
    func segmentsAndParameters() throws {
        for text in ["http://a/list/a%20b/?page=2&q=x+y", "http://a", "http://a/", "http://a//b?"] {
            let url = try #require(HTTPURL(text))
            let target = try #require(RequestTarget(url.requestTarget))
            #expect(try url.pathSegments == target.pathSegments)
            #expect(try url.queryParameters == target.queryParameters)
        }
        let url = try #require(HTTPURL("http://a/b%ff?c=%ff"))
        #expect(throws: PercentEncoding.DecodingError.self) { try url.pathSegments }
        #expect(throws: QueryParameters.ParsingError.self) { try url.queryParameters }
    }

    @Test(
        "are read and written",
        arguments: [
            ("http://a", "http://a"),
            ("http://a/", "http://a/"),
            ("  http://a/\r\n", "http://a/"),
            ("HTTP://Example.COM/Path", "http://example.com/Path"),
            ("https://a:443/b", "https://a/b"),
            ("http://a:443/b", "http://a:443/b"),
            ("http://a:80", "http://a"),
            ("http://a:", "http://a"),
            ("http://a:0080/", "http://a/"),
            ("ws://a:80/", "ws://a/"),
            ("wss://a:443/", "wss://a/"),
            ("ftp://a:21/x", "ftp://a:21/x"),
            ("http+unix://%2Fvar%2Frun%2Fx.sock/y", "http+unix://%2fvar%2frun%2fx.sock/y"),
            ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
            ("http://127.0.0.1:4040/", "http://127.0.0.1:4040/"),
            ("http://xn--mnchen-3ya.de/", "http://xn--mnchen-3ya.de/"),
            ("http://a?q", "http://a?q"),
            ("http://a?", "http://a?"),
            ("http://a#", "http://a#"),
            ("http://a#b?c/d#e", "http://a#b?c/d%23e"),
            ("http://a?b?c#d", "http://a?b?c#d"),
            ("http://u@a/", "http://u@a/"),
            ("http://u:p:q@a/", "http://u:p:q@a/"),
            ("http://@a/", "http://a/"),
            ("http://u:p@ss@a/", "http://u:p%40ss@a/"),
            ("http://a//b//c", "http://a//b//c"),
            ("http://a/b/./c/../d", "http://a/b/d"),
            ("http://a/b/%2e%2E/d", "http://a/d"),
            ("http://a/b/.%2e/%2E/", "http://a/"),
            ("http://a/../../b", "http://a/b"),
            ("http://a/b/..", "http://a/"),
            ("http://a/b/.", "http://a/b/"),
            ("http://a/..b/.c/d./e..", "http://a/..b/.c/d./e.."),
            ("http://a/b?c=../d", "http://a/b?c=../d"),
        ]
    )
    func reading(text: String, description: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.description == description)
        #expect(HTTPURL(description) == url)
    }

    @Test(
        "are mended as browsers do, to valid RFC 3986",
        arguments: [
            ("http://a/b c", "/b%20c"),
            ("http://a/\u{FC}\u{1F600}", "/%C3%BC%F0%9F%98%80"),
            ("http://a/\"<>[]^`{|}\\", "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D%5C"),
            ("http://a/?\"<>[]^`{|}\\ \u{E9}", "/?%22%3C%3E%5B%5D%5E%60%7B%7C%7D%5C%20%C3%A9"),
            ("http://a/%41%zz%", "/%41%25zz%25"),
            ("http://a/%4", "/%254"),
            ("http://a/?%41%zz%f", "/?%41%25zz%25f"),
            ("http://a/-._~!$&'()*+,;=:@/", "/-._~!$&'()*+,;=:@/"),
            ("http://a/?-._~!$&'()*+,;=:@/?", "/?-._~!$&'()*+,;=:@/?"),
            ("http://a?b", "/?b"),
            ("http://a", "/"),
            ("http://a#b", "/"),
            ("http://a//b", "//b"),
        ]
    )
    func mending(text: String, target: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.requestTarget == target)
        #expect(RequestTarget(target)?.form == .origin)
        #expect(url.absoluteTarget == "http://a\(target)")
        #expect(RequestTarget(url.absoluteTarget)?.form == .absolute)
    }

    @Test("every byte in path, query and fragment comes out as the grammar has it (appendix A)")
    func bytes() {
        let common = Set("-._~!$&'()*+,;=:@/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        for byte in UInt8(0x20)...0x7E where byte != 0x25 && byte != 0x23 {
            let character = String(UnicodeScalar(byte))
            let escape = "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            let path = HTTPURL("http://a/x\(character)y")?.path
            if byte == 0x3F {
                #expect(path == "/x")
            } else {
                #expect(path == (common.contains(byte) ? "/x\(character)y" : "/x\(escape)y"))
            }
            let kept = common.contains(byte) || byte == 0x3F ? character : escape
            #expect(HTTPURL("http://a/?x\(character)y")?.query == "x\(kept)y")
            #expect(HTTPURL("http://a/#x\(character)y")?.fragment == "x\(kept)y")
        }
        for byte in Array(UInt8(0)..<0x20) + [0x7F] {
            #expect(HTTPURL("http://a/x\(String(UnicodeScalar(byte)))y") == nil)
        }
    }

    @Test(
        "are nil when malformed",
        arguments: [
            "", " ", "/", "a", "a/b", "//a/b", "http", "http:", "http:/", "http://", "http:///a", "http:a", "http:/a",
            "localhost:8080/a", "mailto:a@b", "1http://a", "://a", "http://a b/", "http://\u{FC}.de/", "http://a:65536",
            "http://a:-1", "http://a:x", "http://:80/", "http://[::1/", "http://::1/",
            "http://\u{FF11}27.0.0.1/",
            "http://a\\b/", "http://evil\\@good/", "http://a%/", "http://<a>/", "http://u@/", "http://%ff@a/",
            "http://a/\nb", "ht\ntp://a/", "http://a/\u{7F}", "http://a/\tb",
        ]
    )
    func malformed(text: String) {
        #expect(HTTPURL(text) == nil)
    }

    @Test(
        "have user information, decoded",
        arguments: [
            ("http://a/", nil, nil),
            ("http://u@a/", "u", nil),
            ("http://u:@a/", "u", ""),
            ("http://:p@a/", "", "p"),
            ("http://u%3Ax:p%40:%C3%BC@a/", "u:x", "p@:\u{FC}"),
            ("http://\u{FC} x:p@a/", "\u{FC} x", "p"),
            ("http://u%:p%zz@a/", "u%", "p%zz"),
        ] as [(String, String?, String?)]
    )
    func userInfo(text: String, username: String?, password: String?) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.username == username)
        #expect(url.password == password)
        #expect(url.absoluteTarget == "http://a/")
        #expect(url.authority == "a")
        #expect(url.withoutUserInfo == HTTPURL("http://a/"))
    }

    @Test(
        "have a host, a port and an origin",
        arguments: [
            ("http://A", "a", nil, 80, "a", "http://a"),
            ("https://a", "a", nil, 443, "a", "https://a"),
            ("ws://a", "a", nil, 80, "a", "ws://a"),
            ("wss://a:444", "a", 444, 444, "a:444", "wss://a:444"),
            ("https://a:80", "a", 80, 80, "a:80", "https://a:80"),
            ("http://[::1]", "::1", nil, 80, "[::1]", "http://[::1]"),
            ("http://[::1]:8", "::1", 8, 8, "[::1]:8", "http://[::1]:8"),
        ] as [(String, String, Int?, Int, String, String)]
    )
    func hosts(text: String, host: String, port: Int?, effective: Int, authority: String, origin: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.effectivePort == effective)
        #expect(url.authority == authority)
        #expect(url.origin.description == origin)
        #expect(url.origin == HTTPURL("\(text)/x?y")?.origin)
        #expect(url.origin.isSecure == (url.scheme == "https" || url.scheme == "wss"))
    }

    @Test("differ in origin by scheme, host or port, and by nothing else")
    func origins() throws {
        let origin = try #require(HTTPURL("https://u:p@A:443/x?y#z")).origin
        #expect(HTTPURL("https://a")?.origin == origin)
        for other in ["http://a", "http://a:443", "https://b", "https://x.a", "https://a:444", "wss://a", "https://a."]
        {
            #expect(HTTPURL(other)?.origin != origin)
        }
    }

    @Test("are made of parts")
    func parts() {
        #expect(HTTPURL(host: "a")?.description == "http://a/")
        #expect(
            HTTPURL(scheme: "HTTPS", host: "::1", port: 443, path: "b c", query: "d e")?.description
                == "https://[::1]/b%20c?d%20e"
        )
        #expect(HTTPURL(host: "a", path: "/x?y#z")?.description == "http://a/x%3Fy%23z")
        #expect(HTTPURL(host: "a", path: "/x/../y")?.description == "http://a/y")
        #expect(HTTPURL(host: "a", port: 65536) == nil)
        #expect(HTTPURL(host: "a/b") == nil)
        #expect(HTTPURL(scheme: "a b", host: "a") == nil)
        #expect(HTTPURL(scheme: "", host: "a") == nil)
        #expect(HTTPURL(host: "a", path: "/\r\n") == nil)
        #expect(HTTPURL(host: "a", query: "\n") == nil)
        let url = HTTPURL("http://u@a/b?c#d")
        #expect(url?.withQuery("e f").description == "http://u@a/b?e%20f#d")
        #expect(url?.withQuery(nil).description == "http://u@a/b#d")
        #expect(url?.withFragment("x y").description == "http://u@a/b?c#x%20y")
        #expect(url?.withFragment(nil).description == "http://u@a/b?c")
    }
}
