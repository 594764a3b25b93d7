import HTTPWire
import Martlet
import Testing

@Suite("Proxies")
struct ProxyTests {
    private static func proxy(_ host: String, _ port: Int = 80, _ user: String? = nil, _ password: String = "")
        -> ProxyRoute
    {
        .http(
            host: host,
            port: port,
            credentials: user.map { HTTPCredentials.basic(username: $0, password: password) }
        )
    }

    @Test(
        "lists as PAC scripts and Dart have them",
        arguments: [
            ("DIRECT", [.direct]),
            ("direct", [.direct]),
            ("PROXY a:1", [proxy("a", 1)]),
            ("PROXY a", [proxy("a")]),
            ("PROXY a:80", [proxy("a")]),
            ("HTTP a:1", [proxy("a", 1)]),
            ("PROXY a:1; DIRECT", [proxy("a", 1), .direct]),
            (" ;PROXY  A.Example:1 ;; proxy b:2;DIRECT; ", [proxy("a.example", 1), proxy("b", 2), .direct]),
            ("PROXY [::1]:3128", [proxy("::1", 3128)]),
            ("PROXY user:pw@a:1", [proxy("a", 1, "user", "pw")]),
            ("PROXY user@a", [proxy("a", 80, "user")]),
            ("PROXY us%40er:p%3Aw@a:1", [proxy("a", 1, "us@er", "p:w")]),
            ("PROXY user:p@w@a:1", [proxy("a", 1, "user", "p@w")]),
            ("PROXY :@a:1", [proxy("a", 1, "", "")]),
        ] as [(String, [ProxyRoute])]
    )
    func lists(text: String, routes: [ProxyRoute]) throws {
        #expect(try ProxyList(pac: text).routes == routes)
    }

    @Test("lists that cannot be used, told without secrets")
    func malformed() {
        let table: [(String, ProxyError)] = [
            ("", .noProxies), (" ; ", .noProxies),
            ("PROXY", .invalidElement("PROXY")),
            ("a:1", .invalidElement("a:1")),
            ("PROXY a:1 b:2", .invalidElement("PROXY a:1 b:2")),
            ("PROXY a:x", .invalidElement("PROXY a:x")),
            ("PROXY a:0", .invalidElement("PROXY a:0")),
            ("PROXY a:1/x", .invalidElement("PROXY a:1/x")),
            ("PROXY http://a:1", .invalidElement("PROXY http://a:1")),
            ("PROXY ::1:80", .invalidElement("PROXY ::1:80")),
            ("PROXY u:secret@a:x", .invalidElement("PROXY \u{2026}@a:x")),
            ("DIRECT a", .invalidElement("DIRECT a")),
            ("DIRECT; x", .invalidElement("x")),
            ("SOCKS a:1", .unsupportedKind("SOCKS")),
            ("PROXY a:1; SOCKS5 b:1; DIRECT", .unsupportedKind("SOCKS5")),
            ("HTTPS a:1", .unsupportedKind("HTTPS")),
        ]
        for (text, error) in table {
            #expect(throws: error, "\(text)") { try ProxyList(pac: text) }
        }
    }

    @Test("descriptions show no secrets")
    func descriptions() throws {
        let list = try ProxyList(pac: "PROXY u:secret@a:1; PROXY [::1]:2; DIRECT")
        #expect(list.description == "PROXY a:1; PROXY [::1]:2; DIRECT")
        #expect(ProxyList(routes: []) == .direct)
    }

    @Test(
        "environment variables",
        arguments: [
            ([:], "http://x/", .direct),
            (["http_proxy": "http://a:1"], "http://x/", proxy("a", 1)),
            (["http_proxy": "http://a:1"], "ws://x/", proxy("a", 1)),
            (["http_proxy": "http://a:1"], "https://x/", .direct),
            (["https_proxy": "http://a:1"], "https://x/", proxy("a", 1)),
            (["https_proxy": "http://a:1"], "wss://x/", proxy("a", 1)),
            (["https_proxy": "http://a:1"], "http://x/", .direct),
            (["http_proxy": "a"], "http://x/", proxy("a")),
            (["http_proxy": "a:3128"], "http://x/", proxy("a", 3128)),
            (["http_proxy": "http://a/path?q#f"], "http://x/", proxy("a")),
            (["http_proxy": " http://A:1/ "], "http://x/", proxy("a", 1)),
            (["http_proxy": "http://[::1]:8"], "http://x/", proxy("::1", 8)),
            (["http_proxy": "http://u:p%40@a:1"], "http://x/", proxy("a", 1, "u", "p@")),
            (["http_proxy": "u:p@a:1"], "http://x/", proxy("a", 1, "u", "p")),
            (["http_proxy": "http://a", "HTTP_PROXY": "http://b"], "http://x/", proxy("a")),
            (["HTTP_PROXY": "http://b"], "http://x/", proxy("b")),
            (["HTTPS_PROXY": "http://b"], "https://x/", proxy("b")),
            (["all_proxy": "http://a"], "http://x/", proxy("a")),
            (["all_proxy": "http://a"], "https://x/", proxy("a")),
            (["ALL_PROXY": "http://a"], "https://x/", proxy("a")),
            (["all_proxy": "http://a", "http_proxy": "http://b"], "http://x/", proxy("b")),
            (["all_proxy": "http://a", "http_proxy": ""], "http://x/", .direct),
            (["http_proxy": "", "HTTP_PROXY": "http://b"], "http://x/", .direct),
            // httpoxy
            (["HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"], "http://x/", .direct),
            (["HTTPS_PROXY": "http://b", "REQUEST_METHOD": "GET"], "https://x/", proxy("b")),
            (["http_proxy": "http://a", "REQUEST_METHOD": ""], "http://x/", proxy("a")),
            (["http_proxy": "http://a", "no_proxy": "x"], "http://x/", .direct),
            (["http_proxy": "http://a", "NO_PROXY": "x"], "http://x/", .direct),
            (["http_proxy": "http://a", "no_proxy": "y", "NO_PROXY": "x"], "http://x/", proxy("a")),
        ] as [([String: String], String, ProxyRoute)]
    )
    func environment(variables: [String: String], url: String, route: ProxyRoute) throws {
        let url = try #require(HTTPURL(url))
        #expect(try ProxyEnvironment(variables).routes(for: url) == [route])
    }

    @Test("environment variables that cannot be used")
    func malformedEnvironment() {
        let table: [([String: String], ProxyError)] = [
            (["http_proxy": "socks5://a"], .unsupportedKind("socks5")),
            (["https_proxy": "https://a"], .unsupportedKind("https")),
            (["all_proxy": "http://"], .invalidVariable("all_proxy")),
            (["HTTPS_PROXY": "a b:c"], .invalidVariable("HTTPS_PROXY")),
            (["http_proxy": "http://a:0"], .invalidVariable("http_proxy")),
        ]
        for (variables, error) in table {
            let environment = ProxyEnvironment(variables)
            let scheme = variables.keys.first?.lowercased().hasPrefix("https") == true ? "https" : "http"
            #expect(throws: error) { try environment.routes(for: #require(HTTPURL("\(scheme)://x/"))) }
        }
    }

    @Test(
        "C14: a variable is judged by the requests that need it, and by no other",
        arguments: [
            (["http_proxy": "http://a", "all_proxy": "socks5://b"], "http://x/", proxy("a")),
            (["http_proxy": "http://a", "all_proxy": "socks5://b"], "https://x/", nil),
            (["http_proxy": "http://a", "ALL_PROXY": "socks5h://b:1"], "ws://x/", proxy("a")),
            (["http_proxy": "", "all_proxy": "socks5://b"], "http://x/", .direct),
            (["https_proxy": "https://b", "http_proxy": "a"], "http://x/", proxy("a")),
            (["https_proxy": "https://b", "http_proxy": "a"], "https://x/", nil),
            (["all_proxy": "socks5://b", "no_proxy": "x"], "http://x/", .direct),
            (["all_proxy": "socks5://b", "no_proxy": "*"], "https://y/", .direct),
            (["all_proxy": "socks5://b", "no_proxy": "x"], "http://y/", nil),
            (["http_proxy": "::bad::", "https_proxy": "http://a"], "https://x/", proxy("a")),
            (["http_proxy": "http://a", "HTTP_PROXY": "socks5://b"], "http://x/", proxy("a")),
            (["all_proxy": "socks5://b"], "ftp://x/", .direct),
        ] as [([String: String], String, ProxyRoute?)]
    )
    func needed(variables: [String: String], url: String, route: ProxyRoute?) throws {
        let url = try #require(HTTPURL(url))
        let environment = ProxyEnvironment(variables)
        guard let route else {
            #expect(throws: ProxyError.self) { try environment.routes(for: url) }
            return
        }
        #expect(try environment.routes(for: url) == [route])
    }

    @Test(
        "no_proxy",
        arguments: [
            ("", "http://a/", false),
            ("*", "http://a/", true),
            ("*", "https://[::1]:8/", true),
            ("example.com", "http://example.com/", true),
            ("example.com", "http://EXAMPLE.com./", true),
            ("Example.COM.", "http://example.com/", true),
            ("example.com", "http://www.example.com/", true),
            ("example.com", "http://badexample.com/", false),
            ("example.com", "http://example.com.evil/", false),
            ("example.com", "http://com/", false),
            (".example.com", "http://example.com/", true),
            (".example.com", "http://a.b.example.com/", true),
            (".example.com", "http://badexample.com/", false),
            ("*.example.com", "http://a.example.com/", true),
            ("*.example.com", "http://aexample.com/", false),
            ("a*.com", "http://ab.com/", false),
            ("com", "http://example.com/", true),
            ("localhost", "http://localhost:8080/", true),
            ("localhost:8080", "http://localhost:8080/", true),
            ("localhost:8080", "http://localhost/", false),
            ("example.com:443", "https://www.example.com/", true),
            ("example.com:80", "https://www.example.com/", false),
            (".example.com:80", "http://www.example.com/", true),
            ("*:8080", "http://a:8080/", true),
            ("*:8080", "http://a/", false),
            ("127.0.0.1", "http://127.0.0.1:1/", true),
            ("127.0.0.1:2", "http://127.0.0.1:1/", false),
            ("127.0.0.1:1", "http://127.0.0.1:1/", true),
            ("0.0.1", "http://127.0.0.1/", false),
            ("127.0.0.1", "http://0x7f.1/", true),
            ("127.1", "http://127.0.0.1/", true),
            ("127.0.0.0/8", "http://2130706433/", true),
            ("10/8", "http://0.0.0.10/", false),
            ("[fe80::1%25eth0]", "http://[fe80::1%25eth0]/", true),
            ("fe80::/10", "http://[fe80::1%25eth0]/", true),
            ("10.0.0.0/8", "http://10.255.0.1/", true),
            ("10.0.0.0/8", "http://11.0.0.1/", false),
            ("10.0.0.0/8", "http://10.example.com/", false),
            ("10.0.0.0/33", "http://10.0.0.0/", false),
            ("0.0.0.0/0", "http://9.9.9.9/", true),
            ("0.0.0.0/0", "http://[::1]/", false),
            ("::1", "http://[::1]/", true),
            ("[::1]", "http://[0:0:0:0:0:0:0:1]/", true),
            ("[::1]:8", "http://[::1]:8/", true),
            ("[::1]:8", "http://[::1]/", false),
            ("fe80::/10", "http://[fe80::1]/", true),
            ("fe80::/10", "http://[fec0::1]/", false),
            ("10.0.0.0/8", "http://[::ffff:10.1.2.3]/", true),
            ("a, b ,c", "http://b/", true),
            ("a b\tc", "http://c/", true),
            (",,a,", "http://a/", true),
            (".", "http://a/", false),
            ("://, /, a:b, :80, a", "http://a/", true),
        ]
    )
    func exceptions(text: String, url: String, contains: Bool) throws {
        #expect(try ProxyExceptions(text).contains(#require(HTTPURL(url))) == contains)
    }
}
