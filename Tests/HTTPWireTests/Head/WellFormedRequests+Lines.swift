import HTTPWire

extension WellFormedRequests {
    static let lines: [WellFormedRequest] = [
        .init("plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.fields = ["Host=a"] },
        .init("1 empty lines before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("2 empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("4 empty lines before", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("something behind", "GET / HTTP/1.1\r\nHost: a\r\n\r\nnext") { $0.rest = "next" },
        .init("a second request behind", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1") {
            $0.rest = "GET /2 HTTP/1.1"
        },
        .init("method HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "HEAD" },
        .init("method PUT", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "PUT" },
        .init("method PATCH", "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "PATCH" },
        .init("method DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "DELETE" },
        .init("method TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "TRACE" },
        .init("method OPTIONS", "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "OPTIONS" },
        .init("method QUERY", "QUERY / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "QUERY" },
        .init("method PROPFIND", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "PROPFIND" },
        .init("method get", "get / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "get" },
        .init("method M-SEARCH", "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "M-SEARCH" },
        .init("method !#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.method = "!#$%&'*+-.^_`|~09azAZ"
        },
        .init("method G", "G / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "G" },
        .init("method GETS", "GETS / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "GETS" },
        .init("method PU", "PU / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "PU" },
        .init("method HEADS", "HEADS / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "HEADS" },
        .init("method VERSION-CONTROL-AND-MORE", "VERSION-CONTROL-AND-MORE / HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.method = "VERSION-CONTROL-AND-MORE"
        },
        .init("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.3", "GET / HTTP/1.3\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.4", "GET / HTTP/1.4\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.5", "GET / HTTP/1.5\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.6", "GET / HTTP/1.6\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.7", "GET / HTTP/1.7\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.8", "GET / HTTP/1.8\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.9", "GET / HTTP/1.9\r\nHost: a\r\n\r\n"),
        .init("HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n") {
            $0.version = .http1_0
        },
        .init(
            "HTTP/1.0 keep-alive in a list",
            "GET / HTTP/1.0\r\nHost: a\r\nConnection: x, Keep-Alive\r\n\r\n"
        ) {
            $0.version = .http1_0
        },
        .init(
            "HTTP/1.0 keep-alive and close",
            "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n"
        ) {
            $0.version = .http1_0
            $0.isPersistent = false
        },
        .init("bare LFs where allowed", "\nGET / HTTP/1.1\nHost: a\nX: y\r\n\n") {
            $0.limits.allowsBareLineFeed = true
            $0.fields = ["Host=a", "X=y"]
        },
        .init("a line as long as allowed", "GET /aaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n") {
            $0.target = "/aaaaaaaaaa"
            $0.limits.startLineBytes = 24
        },
        .init(
            "a head as large as allowed",
            "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n"
        ) {
            $0.limits.headBytes = 61
        },
        .init(
            "a browser's",
            "GET / HTTP/1.1\r\nHost: a\r\nsec-ch-ua: \"Chromium\";v=\"124\"\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nCookie: session=abcdef; theme=dark\r\n\r\n"
        ),
    ]
}
