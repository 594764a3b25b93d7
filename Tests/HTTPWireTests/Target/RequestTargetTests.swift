import Testing

@testable import HTTPWire

@Suite("Request target (RFC 9112 section 3.2)")
struct RequestTargetTests {
    @Test(
        "is one of four forms",
        arguments: [
            ("/", false, RequestTarget.Form.origin),
            ("/a/b.html?c=d&e", false, .origin),
            ("//", false, .origin),
            ("/?", false, .origin),
            ("/%41%7f%00", false, .origin),
            ("/:@!$&'()*+,;=-._~", false, .origin),
            ("/[x]|^", false, .origin),
            ("/?[x]{y}|^`\\\"<>/?:@", false, .origin),
            ("*", false, .asterisk),
            ("http://example.com", false, .absolute),
            ("HTTPS://Example.com:8443/x?y", false, .absolute),
            ("http://[::1]?q", false, .absolute),
            ("http://h:/", false, .absolute),
            ("example.com:443", true, .authority),
            ("[2001:db8::1]:443", true, .authority),
        ]
    )
    func form(text: String, isConnect: Bool, form: RequestTarget.Form) throws {
        let target = try #require(RequestTarget(text, isConnect: isConnect))
        #expect(target.form == form)
        #expect(target.raw == text)
        #expect(target.description == text)
    }

    @Test(
        "S9: what clients send raw is read, and percent-encoded in the text what no URI can hold",
        arguments: [
            ("/?q=100%", "/?q=100%"),
            ("/?%", "/?%"),
            ("/?a=100%&b=%4&c=%zz", "/?a=100%&b=%4&c=%zz"),
            ("/café", "/caf%C3%A9"),
            ("/caf%c3%a9", "/caf%c3%a9"),
            ("/?q=café%", "/?q=caf%C3%A9%"),
            ("/{a}\\b\"<c>`/[x]|^", "/%7Ba%7D%5Cb%22%3Cc%3E%60/[x]|^"),
            ("/é?{é}", "/%C3%A9?{%C3%A9}"),
            ("http://a/é?%é", "http://a/%C3%A9?%%C3%A9"),
            ("http://[::1]:8?é", "http://[::1]:8?%C3%A9"),
        ]
    )
    func raw(text: String, raw: String) throws {
        let target = try #require(RequestTarget(text))
        #expect(target.raw == raw)
        #expect(RequestTarget(raw) == target, "the text reads as the same target")
        #expect(target.path.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("S9: a raw path and an encoded one are the same, and bytes that are not UTF-8 are an error for segments only")
    func rawSegments() throws {
        let target = try #require(RequestTarget("/gr\u{FC}n/{a}?q=100%&r=\u{FC}"))
        #expect(try target.pathSegments == ["gr\u{FC}n", "{a}"])
        #expect(try target.queryParameters == ["q": "100%", "r": "\u{FC}"])
        #expect(try RelativePath(target.path) == RelativePath("/gr%C3%BCn/%7Ba%7D"))
        let bytes = Array("/a".utf8) + [0xFC] + Array("?b".utf8) + [0xFC]
        #expect(form(bytes) == .origin)
        #expect(
            bytes.withUnsafeBytes { RequestTarget.encoded($0.assumingMemoryBound(to: UInt8.self).span) } == "/a%FC?b%FC"
        )
    }

    @Test(
        "is refused when it is none of them",
        arguments: [
            ("", false, "empty"),
            ("", true, "empty"),
            ("a/b", false, "no leading slash"),
            ("?a", false, "no path"),
            ("**", false, "asterisk form is one character"),
            ("*?a", false, "asterisk form has no query"),
            ("/a b", false, "space"),
            ("/a\tb", false, "tab"),
            ("/a\r\nX: y", false, "line end"),
            ("/a\u{0}", false, "NUL"),
            ("/a\u{7F}", false, "DEL"),
            ("/a#b", false, "fragments are not sent"),
            ("/?a#b", false, "fragments are not sent"),
            ("/%", false, "no digits"),
            ("/%4", false, "one digit"),
            ("/%zz", false, "not hexadecimal"),
            ("/%4?1", false, "an escape does not reach into the query"),
            ("/%?", false, "no digits before the query"),
            ("/?a b", false, "space in the query"),
            ("/é b", false, "space after raw UTF-8"),
            ("http://é/", false, "a host that is not ASCII"),
            ("ftp://example.com/", false, "other scheme"),
            ("http:/example.com/", false, "one slash"),
            ("http://", false, "no host (RFC 9110 4.2.1)"),
            ("http:///a", false, "no host"),
            ("http://:80/a", false, "no host"),
            ("http://user@example.com/", false, "user information (RFC 9110 4.2.4)"),
            ("http://user:pw@example.com/", false, "user information"),
            ("http://example.com:x/", false, "port"),
            ("http://example.com:65536/", false, "port"),
            ("http://example.com/ ", false, "space"),
            ("http://example.com#a", false, "fragment"),
            ("example.com:443", false, "the authority form is for CONNECT"),
            ("/", true, "CONNECT has only the authority form"),
            ("*", true, "CONNECT has only the authority form"),
            ("http://example.com:443/", true, "CONNECT has only the authority form"),
            ("example.com", true, "CONNECT needs a port (RFC 9110 9.3.6)"),
            ("example.com:", true, "CONNECT needs a port"),
            ("example.com:0", true, "CONNECT needs a real port"),
            ("example.com:443/", true, "not a path"),
        ]
    )
    func refusal(text: String, isConnect: Bool, reason: String) {
        #expect(RequestTarget(text, isConnect: isConnect) == nil, "\(reason)")
    }

    @Test("decides on each of the 256 bytes, in the path and in the query")
    func allBytes() {
        for byte in UInt8.min ... .max {
            let isQuery = byte > 0x20 && byte != 0x7F && byte != 0x23
            #expect(form([0x2F, byte]) == (isQuery && byte != 0x25 ? .origin : nil), "byte \(byte) in the path")
            #expect(form([0x2F, 0x3F, byte]) == (isQuery ? .origin : nil), "byte \(byte) in the query")
        }
    }

    @Test("decides on every pair of bytes after a percent sign")
    func allEscapes() {
        let hex = Set("0123456789abcdefABCDEF".utf8)
        for first in UInt8.min ... .max {
            #expect(form([0x2F, 0x25, first, 0x30]) == (hex.contains(first) ? .origin : nil))
            #expect(form([0x2F, 0x25, 0x30, first]) == (hex.contains(first) ? .origin : nil))
        }
    }

    @Test("may be long")
    func long() {
        #expect(RequestTarget("/" + String(repeating: "a", count: 100_000))?.path.utf8.count == 100_001)
        #expect(RequestTarget("/" + String(repeating: "a", count: 100_000) + " ") == nil)
    }

    @Test(
        "has path and query as sent",
        arguments: [
            ("/", "/", nil),
            ("/a%20b/../c", "/a%20b/../c", nil),
            ("/a?", "/a", ""),
            ("/a?b=%20?c", "/a", "b=%20?c"),
            ("//host/a", "//host/a", nil),
            ("*", "*", nil),
            ("http://example.com", "/", nil),
            ("http://example.com?q", "/", "q"),
            ("http://example.com/?q", "/", "q"),
            ("https://example.com:1/a/b?c", "/a/b", "c"),
        ] as [(String, String, String?)]
    )
    func parts(text: String, path: String, query: String?) throws {
        let target = try #require(RequestTarget(text))
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test("has scheme and authority in the forms that carry them")
    func authority() throws {
        let absolute = try #require(RequestTarget("HTTPS://Example.com:8443/x"))
        #expect(absolute.scheme == "https")
        #expect(absolute.authority == Authority("example.com:8443"))
        let plain = try #require(RequestTarget("http://[::1]"))
        #expect(plain.scheme == "http")
        #expect(plain.authority?.host == "::1")
        let connect = try #require(RequestTarget("example.com:443", isConnect: true))
        #expect(connect.scheme == nil)
        #expect(connect.authority?.port == 443)
        #expect(connect.path == "")
        #expect(connect.query == nil)
        #expect(RequestTarget("/")?.authority == nil)
        #expect(RequestTarget("*")?.authority == nil)
    }

    @Test(
        "has decoded segments, as Dart's Uri.pathSegments",
        arguments: [
            ("/", []),
            ("/a", ["a"]),
            ("/a/b/", ["a", "b", ""]),
            ("//", ["", ""]),
            ("//a", ["", "a"]),
            ("/a%20b+c/%C3%A9", ["a b+c", "é"]),
            ("/a%2Fb/..%2f", ["a/b", "../"]),
            ("/./../%2e%2E", [".", "..", ".."]),
            ("http://h", []),
            ("http://h/a?b/c", ["a"]),
            ("*", []),
        ] as [(String, [String])]
    )
    func segments(text: String, segments: [String]) throws {
        #expect(try RequestTarget(text)?.pathSegments == segments)
    }

    @Test(
        "reports segments that are not UTF-8 at once, with an error",
        arguments: ["/%FF", "/a/%C3", "/%C0%80", "/%ED%A0%80"]
    )
    func invalidSegments(text: String) throws {
        let target = try #require(RequestTarget(text), "the bytes on the wire are fine")
        #expect(throws: PercentEncoding.DecodingError.invalidUTF8) { try target.pathSegments }
    }

    @Test("has query parameters")
    func parameters() throws {
        let target = try #require(RequestTarget("/?a=1&b=x+y"))
        #expect(try target.queryParameters == ["a": "1", "b": "x y"])
        #expect(try RequestTarget("/")?.queryParameters.isEmpty == true)
        #expect(throws: QueryParameters.ParsingError.decoding(.invalidUTF8)) {
            try RequestTarget("/?a=%FF")?.queryParameters
        }
    }

    private func form(_ bytes: [UInt8]) -> RequestTarget.Form? {
        bytes.withUnsafeBytes { RequestTarget.form(of: $0, isConnect: false) }
    }
}
