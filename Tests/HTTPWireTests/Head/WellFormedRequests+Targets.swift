import HTTPWire

extension WellFormedRequests {
    static let targets: [WellFormedRequest] = [
        .init("target /a", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a" },
        .init("target /a/b/c", "GET /a/b/c HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a/b/c" },
        .init("target //", "GET // HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "//" },
        .init("target /a//b", "GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a//b" },
        .init("target /?", "GET /? HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/?" },
        .init("target /?a=b&c=d", "GET /?a=b&c=d HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/?a=b&c=d" },
        .init("target /a?b?c", "GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a?b?c" },
        .init("target /%41%2f", "GET /%41%2f HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/%41%2f" },
        .init("target /a;b=c", "GET /a;b=c HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a;b=c" },
        .init("target /-._~!$&'()*+,;=:@", "GET /-._~!$&'()*+,;=:@ HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/-._~!$&'()*+,;=:@"
        },
        .init("target /[a]|^", "GET /[a]|^ HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/[a]|^" },
        .init("target /?[]{}|^\\\"<>`", "GET /?[]{}|^\\\"<>` HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/?[]{}|^\\\"<>`"
        },
        .init("S9: target /?q=100%", "GET /?q=100% HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/?q=100%" },
        .init("S9: target in UTF-8", "GET /caf\u{C3}\u{A9}?\u{C3}\u{A9} HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/caf%C3%A9?%C3%A9"
        },
        .init("S9: target in ISO 8859-1", "GET /\u{FC}/\u{80} HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/%FC/%80" },
        .init("S9: target /{a}", "GET /{a}\\b\"<c>`aaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/%7Ba%7D%5Cb%22%3Cc%3E%60aaaaaaaaaaaaaaaa"
        },
        .init("target /..", "GET /.. HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/.." },
        .init("target /a/../../b", "GET /a/../../b HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a/../../b" },
        .init("target /a%00b", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n") { $0.target = "/a%00b" },
        .init(
            "target /aaaaaaaaaaaaaaaaaaaaaaa",
            "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n"
        ) {
            $0.target = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        },
        .init("target /aaaaaaaaaaaaaaa", "GET /aaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/aaaaaaaaaaaaaaa"
        },
        .init("target /aaaaaaaaaaaaaaaa", "GET /aaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/aaaaaaaaaaaaaaaa"
        },
        .init("target /aaaaaaaaaaaaaaaaa", "GET /aaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/aaaaaaaaaaaaaaaaa"
        },
        .init("target /a_b-c.d/e?f=g&h=1", "GET /a_b-c.d/e?f=g&h=1 HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/a_b-c.d/e?f=g&h=1"
        },
        .init("GET http://b", "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "http://b"
            $0.form = .absolute
            $0.host = "b"
        },
        .init("GET http://b/", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "http://b/"
            $0.form = .absolute
            $0.host = "b"
        },
        .init("GET http://b:81/a?b", "GET http://b:81/a?b HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "http://b:81/a?b"
            $0.form = .absolute
            $0.host = "b:81"
        },
        .init("GET https://B.example/", "GET https://B.example/ HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "https://B.example/"
            $0.form = .absolute
            $0.host = "B.example"
        },
        .init("GET HTTP://b/", "GET HTTP://b/ HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "HTTP://b/"
            $0.form = .absolute
            $0.host = "b"
        },
        .init("GET http://b?c", "GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "http://b?c"
            $0.form = .absolute
            $0.host = "b"
        },
        .init("GET http://[::1]:80/", "GET http://[::1]:80/ HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "http://[::1]:80/"
            $0.form = .absolute
            $0.host = "[::1]:80"
        },
        .init("CONNECT b:443", "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "b:443"
            $0.form = .authority
            $0.host = "b:443"
            $0.method = "CONNECT"
        },
        .init("CONNECT [::1]:443", "CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "[::1]:443"
            $0.form = .authority
            $0.host = "[::1]:443"
            $0.method = "CONNECT"
        },
        .init("CONNECT 127.0.0.1:65535", "CONNECT 127.0.0.1:65535 HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "127.0.0.1:65535"
            $0.form = .authority
            $0.host = "127.0.0.1:65535"
            $0.method = "CONNECT"
        },
        .init("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.method = "OPTIONS"
            $0.target = "*"
            $0.form = .asterisk
        },
        .init("Host example.com", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n") { $0.host = "example.com" },
        .init("Host example.com:8080", "GET / HTTP/1.1\r\nHost: example.com:8080\r\n\r\n") {
            $0.host = "example.com:8080"
        },
        .init("Host EXAMPLE.com", "GET / HTTP/1.1\r\nHost: EXAMPLE.com\r\n\r\n") { $0.host = "EXAMPLE.com" },
        .init("Host a.b-c.d", "GET / HTTP/1.1\r\nHost: a.b-c.d\r\n\r\n") { $0.host = "a.b-c.d" },
        .init("Host 127.0.0.1", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") { $0.host = "127.0.0.1" },
        .init("Host 127.0.0.1:1", "GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n") { $0.host = "127.0.0.1:1" },
        .init("Host [::1]", "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n") { $0.host = "[::1]" },
        .init("Host [::1]:80", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n") { $0.host = "[::1]:80" },
        .init("Host [2001:db8::1]:65535", "GET / HTTP/1.1\r\nHost: [2001:db8::1]:65535\r\n\r\n") {
            $0.host = "[2001:db8::1]:65535"
        },
        .init("Host [::ffff:1.2.3.4]", "GET / HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n") {
            $0.host = "[::ffff:1.2.3.4]"
        },
        .init("Host [v1.a:b]", "GET / HTTP/1.1\r\nHost: [v1.a:b]\r\n\r\n") { $0.host = "[v1.a:b]" },
        .init("Host a_b", "GET / HTTP/1.1\r\nHost: a_b\r\n\r\n") { $0.host = "a_b" },
        .init("Host a%41", "GET / HTTP/1.1\r\nHost: a%41\r\n\r\n") { $0.host = "a%41" },
        .init("Host a:", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n") { $0.host = "a:" },
        .init("Host a:0", "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n") { $0.host = "a:0" },
        .init("Host xn--bcher-kva.example", "GET / HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n\r\n") {
            $0.host = "xn--bcher-kva.example"
        },
        .init("Host localhost:65535", "GET / HTTP/1.1\r\nHost: localhost:65535\r\n\r\n") {
            $0.host = "localhost:65535"
        },
        .init("Host a,b", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n") { $0.host = "a,b" },
        .init("Host a!$&'()*+;=~", "GET / HTTP/1.1\r\nHost: a!$&'()*+;=~\r\n\r\n") { $0.host = "a!$&'()*+;=~" },
        .init("Host of blanks", "GET / HTTP/1.1\r\nHost: \t \r\n\r\n") { $0.host = nil },
        .init("Host among blanks", "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n"),
        .init("Host last", "GET / HTTP/1.1\r\nX: y\r\nhOsT: a\r\n\r\n") { $0.fields = ["X=y", "hOsT=a"] },
    ]
}
