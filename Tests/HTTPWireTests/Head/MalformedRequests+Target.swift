import HTTPWire

extension MalformedRequests {
    static let target: [MalformedRequest] = [
        .init("target: no slash", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: bare percent sign", "GET /100% HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: bare percent sign before UTF-8",
            "GET /%\u{C3}\u{A9} HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init("target: half an escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: escape that is not hexadecimal",
            "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init("target: DEL", "GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: NUL", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: escape character",
            "GET /\u{1B}[0m HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init("target: query alone", "GET ?a=b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: no path but a dot", "GET . HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: two asterisks", "GET ** HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: asterisk and path", "GET */a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: userinfo", "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: userinfo with password",
            "GET http://user:pw@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute without authority",
            "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute without slashes",
            "GET http:a HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute with one slash",
            "GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init("target: other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init("target: scheme alone", "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: absolute with a bad port",
            "GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute with a port out of range",
            "GET http://a:65536/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute with an open bracket",
            "GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: absolute with a fragment",
            "GET http://a/#b HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init(
            "target: space escaped as a plus in the host",
            "GET http://a b/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidVersion,
            400,
            "9112 3.2"
        ),
        .init("target: authority with GET", "GET a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2"),
        .init(
            "target: javascript",
            "GET javascript:alert(1) HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2"
        ),
        .init("asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", .targetNotAllowedForMethod, 400, "9112 3.2.4"),
        .init("asterisk with CONNECT", "CONNECT * HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init(
            "asterisk with lower-case options",
            "options * HTTP/1.1\r\nHost: a\r\n\r\n",
            .targetNotAllowedForMethod,
            400,
            "9110 9.1"
        ),
        .init("CONNECT: path", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init("CONNECT: URI", "CONNECT http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init("CONNECT: no port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init("CONNECT: empty port", "CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init("CONNECT: port 0", "CONNECT a:0 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init(
            "CONNECT: port out of range",
            "CONNECT a:65536 HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
        .init(
            "CONNECT: port with a sign",
            "CONNECT a:+80 HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
        .init(
            "CONNECT: path after the port",
            "CONNECT a:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
        .init("CONNECT: userinfo", "CONNECT u@a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init("CONNECT: no host", "CONNECT :80 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget, 400, "9112 3.2.3"),
        .init(
            "CONNECT: IPv6 without brackets",
            "CONNECT ::1:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
        .init(
            "CONNECT: empty brackets",
            "CONNECT []:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
        .init(
            "CONNECT: escape not closed",
            "CONNECT a%4:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            .invalidTarget,
            400,
            "9112 3.2.3"
        ),
    ]
}
