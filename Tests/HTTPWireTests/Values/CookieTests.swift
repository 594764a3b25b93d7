import Testing

@testable import HTTPWire

@Suite("Cookies of a request (RFC 6265bis section 4.2)")
struct CookieTests {
    @Test(
        "S10: are read as they were sent, and a malformed one spoils no other",
        arguments: [
            ("", []),
            ("a=b", ["a=b"]),
            ("a=b; c=d", ["a=b", "c=d"]),
            ("a=b;c=d;;  e = f ;", ["a=b", "c=d", "e=f"]),
            ("a=", ["a="]),
            ("a=b=c", ["a=b=c"]),
            ("a=1; a=2", ["a=1", "a=2"]),
            ("a=\"b\"", ["a=\"b\""]),
            ("a=b c, d", ["a=b c, d"]),
            ("j={\"x\":1,\"y\":[2]}; n=café", ["j={\"x\":1,\"y\":[2]}", "n=café"]),
            ("é={}; a b=c; n[0]=x; \"q\"=r; @=:", ["é={}", "a b=c", "n[0]=x", "\"q\"=r", "@=:"]),
            ("bad; a=b", ["bad", "a=b"]),
            ("=x; a=b", ["x", "a=b"]),
            // As `x=y` it would be another cookie.
            ("=x=y; =; a=b", ["a=b"]),
            ("x=\"; a=b", ["x=\"", "a=b"]),
            ("x=\"y; a=b; z=\"", ["x=\"y", "a=b", "z=\""]),
            ("x=c\\d; a=b", ["x=c\\d", "a=b"]),
            ("x=a\tb; a=b", ["x=a\tb", "a=b"]),
            ("x=\u{1}; a=b", ["a=b"]),
            ("\u{0}=x; a=b", ["a=b"]),
            ("$Version=1; a=b", ["$Version=1", "a=b"]),
        ] as [(String, [String])]
    )
    func reading(text: String, cookies: [String]) {
        #expect(Cookie.parse(text).map(\.description) == cookies)
    }

    @Test("keep their quotes, and can be had without")
    func quotes() throws {
        #expect(Cookie.parse("a=\"b\"").first?.value == "\"b\"")
        #expect(Cookie.parse("a=\"b\"").first?.unquotedValue == "b")
        #expect(try Cookie(name: "a", value: "b").unquotedValue == "b")
        #expect(try Cookie(name: "a", value: "\"\"").unquotedValue == "")
    }

    @Test("are checked when made, on all 256 bytes")
    func checking() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...0x7F {
            let character = String(UnicodeScalar(byte))
            let hasName = (try? Cookie(name: "a" + character, value: "")) != nil
            #expect(hasName == token.contains(byte))
            let isValue = 0x21...0x7E ~= byte && !Array("\",;\\".utf8).contains(byte)
            let hasValue = (try? Cookie(name: "a", value: "b" + character)) != nil
            #expect(hasValue == isValue)
        }
        #expect(throws: CookieError.emptyName) { try Cookie(name: "", value: "x") }
        #expect(throws: CookieError.invalidCharacter(0xC3, in: .value)) { try Cookie(name: "a", value: "é") }
        #expect(
            CookieError.invalidCharacter(59, in: .name).description
                == "Invalid character in cookie name, code unit: '59'"
        )
    }

    @Test("may be many and long")
    func long() {
        let text = (0..<3000).map { "name\($0)=\(String(repeating: "v", count: 50))" }.joined(separator: "; ")
        #expect(Cookie.parse(text).count == 3000)
        #expect(Cookie.parse(String(repeating: ";", count: 100_000)).isEmpty)
        #expect(Cookie.parse(String(repeating: "=", count: 100_000)).isEmpty)
        #expect(Cookie.parse(String(repeating: "a;", count: 50_000)).count == 50_000)
    }
}

@Suite("Cookies of a response (RFC 6265bis section 4.1)")
struct SetCookieTests {
    @Test("are written in Dart's order")
    func writing() throws {
        let cookie = try SetCookie(
            name: "n",
            value: "v",
            expires: HTTPDate(secondsSince1970: 784_111_777),
            maxAge: 60,
            domain: "example.com",
            path: "/p",
            isSecure: true,
            isHTTPOnly: true,
            sameSite: .strict,
            isPartitioned: true
        )
        #expect(
            cookie.description
                == "n=v; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=60; Domain=example.com; Path=/p; Secure; "
                + "HttpOnly; SameSite=Strict; Partitioned"
        )
        #expect(SetCookie(fieldValue: cookie.description) == cookie)
    }

    @Test("are hidden from scripts by default, as in Dart")
    func httpOnly() throws {
        #expect(try SetCookie(name: "n", value: "v").description == "n=v; HttpOnly")
        #expect(try SetCookie(name: "n", value: "\"v\"", isHTTPOnly: false).description == "n=\"v\"")
    }

    @Test(
        "cannot be used to inject attributes or fields",
        arguments: [";", "\r", "\n", "\r\nX: y", "\u{0}", "\u{7F}", "; Domain=evil.example", "é"]
    )
    func injection(text: String) {
        #expect(throws: CookieError.self) { try SetCookie(name: "n" + text, value: "v") }
        #expect(throws: CookieError.self) { try SetCookie(name: "n", value: "v" + text) }
        #expect(throws: CookieError.self) { try SetCookie(name: "n", value: "v", domain: "d" + text) }
        #expect(throws: CookieError.self) { try SetCookie(name: "n", value: "v", path: "/" + text) }
        #expect(throws: CookieError.self) { try SetCookie.removal(ofName: "n" + text) }
    }

    @Test("keep the rules of their attributes")
    func rules() throws {
        #expect(throws: CookieError.insecureSameSiteNone) {
            try SetCookie(name: "n", value: "", sameSite: SetCookie.SameSite.none)
        }
        #expect(throws: CookieError.insecurePartitioned) { try SetCookie(name: "n", value: "", isPartitioned: true) }
        #expect(throws: CookieError.securePrefix) { try SetCookie(name: "__Secure-n", value: "") }
        #expect(throws: CookieError.securePrefix) { try SetCookie(name: "__sEcUrE-n", value: "") }
        #expect(throws: CookieError.hostPrefix) { try SetCookie(name: "__Host-n", value: "", path: "/") }
        #expect(throws: CookieError.hostPrefix) { try SetCookie(name: "__Host-n", value: "", isSecure: true) }
        #expect(throws: CookieError.hostPrefix) {
            try SetCookie(name: "__Host-n", value: "", domain: "a.example", path: "/", isSecure: true)
        }
        #expect(throws: CookieError.relativePath) { try SetCookie(name: "n", value: "", path: "a") }
        _ = try SetCookie(name: "__Host-n", value: "", path: "/", isSecure: true)
        _ = try SetCookie(name: "__Secure-n", value: "", isSecure: true)
    }

    @Test("can be taken back")
    func removal() throws {
        #expect(
            try SetCookie.removal(ofName: "n", path: "/").description
                == "n=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; HttpOnly"
        )
        #expect(try SetCookie.removal(ofName: "__Host-n", path: "/").isSecure)
    }

    @Test(
        "are read as browsers read them (section 5.6)",
        arguments: [
            ("a=b", "a=b"),
            (" a = b ; ; x=y; Secure", "a=b; Secure"),
            ("a=b; SECURE=x; httponly", "a=b; Secure; HttpOnly"),
            ("a=b; path=/x; PATH=/y", "a=b; Path=/y"),
            ("a=b; path=x", "a=b"),
            ("a=b; path=/x; path", "a=b"),
            ("a=b; domain=.Example.COM", "a=b; Domain=example.com"),
            ("a=b; domain=", "a=b"),
            ("a=b; domain=.", "a=b"),
            ("a=b; domain=example.com; domain=", "a=b"),
            // No host is there, and no client keeps such a cookie.
            ("a=b; domain=..Example.com", "a=b; Domain=..example.com"),
            ("a=b; domain=. example", "a=b; Domain=. example"),
            ("a=b; domain=. .example", "a=b; Domain=. .example"),
            ("a=b; domain=\"example.com\"", "a=b; Domain=\"example.com\""),
            ("a=b; domain=exämple.com", "a=b; Domain=exämple.com"),
            ("a=b; domain=..", "a=b; Domain=.."),
            ("a=b; max-age=10; max-age=x", "a=b; Max-Age=10"),
            ("a=b; max-age=-1", "a=b; Max-Age=-1"),
            ("a=b; max-age=", "a=b"),
            ("a=b; max-age=-", "a=b"),
            ("a=b; max-age=+5", "a=b"),
            ("a=b; max-age=99999999999999999999", "a=b; Max-Age=9223372036854775807"),
            ("a=b; max-age=-99999999999999999999", "a=b; Max-Age=-9223372036854775807"),
            ("a=b; expires=whenever", "a=b"),
            ("a=b; expires=Wed, 09-Jun-21 10:18:14 GMT", "a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT"),
            ("a=b; samesite=LAX", "a=b; SameSite=Lax"),
            ("a=b; samesite=odd", "a=b"),
            ("a=b; samesite=none; secure; partitioned", "a=b; Secure; SameSite=None; Partitioned"),
            ("a=b c,\"d", "a=b c,\"d"),
            ("a=", "a="),
            ("=b", "=b"),
            ("b", "=b"),
            ("a=b; ; =; ==", "a=b"),
        ]
    )
    func reading(text: String, description: String) {
        let cookie = SetCookie(fieldValue: text)
        #expect(cookie?.description == description)
        #expect(SetCookie(fieldValue: description) == cookie, "what is written reads the same")
    }

    @Test(
        "are ignored when there is nothing in them, or something harmful",
        arguments: ["", "=", ";", "; Secure", "a=\u{0}", "a=b\r\nX: y", "a\u{7F}=b"]
    )
    func refused(text: String) {
        #expect(SetCookie(fieldValue: text) == nil)
    }

    @Test("have limits on their length")
    func limits() {
        #expect(SetCookie(fieldValue: "a=" + String(repeating: "b", count: 4095)) != nil)
        #expect(SetCookie(fieldValue: "a=" + String(repeating: "b", count: 4096)) == nil)
        #expect(SetCookie(fieldValue: "a=b; path=/" + String(repeating: "b", count: 1023))?.path != nil)
        #expect(SetCookie(fieldValue: "a=b; path=/" + String(repeating: "b", count: 1024))?.path == nil)
    }

    @Test("tell which rule they break (section 5.7)")
    func violations() {
        #expect(SetCookie(fieldValue: "a=b; samesite=none")?.violation == .insecureSameSiteNone)
        #expect(SetCookie(fieldValue: "__Host-a=b; secure")?.violation == .hostPrefix)
        #expect(SetCookie(fieldValue: "=__Secure-a=b; secure")?.violation == .securePrefix)
        #expect(SetCookie(fieldValue: "a=b")?.violation == nil)
    }

    @Test(
        "have dates that are read leniently (RFC 6265 section 5.1.1)",
        arguments: [
            ("Wed, 09 Jun 2021 10:18:14 GMT", 1_623_233_894),
            ("Wed, 09-Jun-2021 10:18:14 GMT", 1_623_233_894),
            ("9 june 21 10:18:14", 1_623_233_894),
            ("2021 10:18:14 jun 09", 1_623_233_894),
            ("09 2021 10:18:14 jUN", 1_623_233_894),
            ("10:18:14 09/Jun/2021", 1_623_233_894),
            ("Wed Jun  9 10:18:14 2021", 1_623_233_894),
            ("01 Jan 70 0:0:0", 0),
            ("01 Jan 69 0:0:0", 3_124_224_000),
            ("01 Jan 1601 00:00:00", -11_644_473_600),
            ("31 Dec 1600 23:59:59", nil),
            ("30 Feb 2021 00:00:00", nil),
            ("29 Feb 2024 00:00:00", 1_709_164_800),
            ("01 Jan 2021 24:00:00", nil),
            ("01 Jan 2021 00:60:00", nil),
            ("31 Dec 2016 23:59:60", nil),
            ("01 Jan 2021 00:00", nil),
            ("01 Jan 2021 100:00:00", nil),
            ("Jan 2021 00:00:00", nil),
            ("", nil),
            ("00:00:00", nil),
        ] as [(String, Int64?)]
    )
    func dates(text: String, seconds: Int64?) {
        #expect(HTTPDate(cookieDate: text)?.secondsSince1970 == seconds)
    }
}
