import HTTPWire

extension MalformedRequests {
    static let fieldLines: [MalformedRequest] = [
        .init(
            "space before the first field",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            .obsoleteLineFolding,
            400,
            "9112 2.2"
        ),
        .init(
            "tab before the first field",
            "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
            .obsoleteLineFolding,
            400,
            "9112 2.2"
        ),
        .init("folded value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", .obsoleteLineFolding, 400, "9112 5.2"),
        .init(
            "folded value, tab",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n",
            .obsoleteLineFolding,
            400,
            "9112 5.2"
        ),
        .init(
            "folded with nothing but blanks",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n \r\n\r\n",
            .obsoleteLineFolding,
            400,
            "9112 5.2"
        ),
        .init("folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", .obsoleteLineFolding, 400, "9112 5.2"),
        .init(
            "folded Transfer-Encoding, its first line empty",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
            .invalidTransferEncoding,
            400,
            "9112 6.1"
        ),
        .init(
            "space before the colon",
            "GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9112 5.1"
        ),
        .init(
            "tab before the colon",
            "GET / HTTP/1.1\r\nHost: a\r\nX\t: a\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9112 5.1"
        ),
        .init(
            "space before the colon of Host",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9112 5.1"
        ),
        .init(
            "space before the colon of Content-Length",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9112 5.1"
        ),
        .init(
            "space before the colon of Transfer-Encoding",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9112 5.1"
        ),
        .init(
            "space in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX Y: a\r\n\r\n",
            .whitespaceBeforeColon,
            400,
            "9110 5.1"
        ),
        .init("empty name", "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n", .emptyFieldName, 400, "9112 5"),
        .init("empty name first", "GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n", .emptyFieldName, 400, "9112 5"),
        .init("no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", .missingColon, 400, "9112 5"),
        .init(
            "no colon, last line without value",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length\r\n\r\n",
            .missingColon,
            400,
            "9112 5"
        ),
        .init("NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\u{0}Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init("DEL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\u{7F}Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init(
            "byte 0x80 in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{80}Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "byte 0xFF in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{FF}Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "UTF-8 in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{C3}\u{A4}Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init("quote in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\"Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init(
            "parenthesis in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX(Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init("slash in a name", "GET / HTTP/1.1\r\nHost: a\r\nX/Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init("comma in a name", "GET / HTTP/1.1\r\nHost: a\r\nX,Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init("semicolon in a name", "GET / HTTP/1.1\r\nHost: a\r\nX;Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init(
            "equals sign in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX=Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init("at sign in a name", "GET / HTTP/1.1\r\nHost: a\r\nX@Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init("bracket in a name", "GET / HTTP/1.1\r\nHost: a\r\nX[Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init(
            "backslash in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\\Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init("brace in a name", "GET / HTTP/1.1\r\nHost: a\r\nX{Y: a\r\n\r\n", .invalidFieldName, 400, "9110 5.1"),
        .init(
            "question mark in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX?Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "less-than sign in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX<Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "greater-than sign in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX>Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "vertical tab in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{B}Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "escape character in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{1B}Y: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "NUL in front of a name",
            "GET / HTTP/1.1\r\nHost: a\r\n\u{0}X: a\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "byte 0xA0 in front of Transfer-Encoding",
            "GET / HTTP/1.1\r\nHost: a\r\n\u{A0}Transfer-Encoding: chunked\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "vertical tab in front of Transfer-Encoding",
            "GET / HTTP/1.1\r\nHost: a\r\n\u{B}Transfer-Encoding: chunked\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init(
            "vertical tab behind Transfer-Encoding",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\u{B}: chunked\r\n\r\n",
            .invalidFieldName,
            400,
            "9110 5.1"
        ),
        .init("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .invalidFieldValue, 400, "9110 5.5"),
        .init(
            "DEL in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7F}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "0x01 in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "0x08 in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{8}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "vertical tab in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{B}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "form feed in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{C}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "0x1F in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1F}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "escape character in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{1B}b\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "NUL in a long value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u{0}a\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "NUL alone as a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX:\u{0}\r\n\r\n",
            .invalidFieldValue,
            400,
            "9110 5.5"
        ),
        .init(
            "bare CR in a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            .bareCarriageReturn,
            400,
            "9112 2.2"
        ),
        .init(
            "bare CR at the end of a value",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n",
            .bareCarriageReturn,
            400,
            "9112 2.2"
        ),
        .init("bare LF in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\nb: c\r\n\r\n", .bareLineFeed, 400, "9112 2.2"),
        .init(
            "bare LF at the end of the first field",
            "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
            .bareLineFeed,
            400,
            "9112 2.2"
        ),
        .init(
            "bare CR in a name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\rY: a\r\n\r\n",
            .bareCarriageReturn,
            400,
            "9112 2.2"
        ),
        .init("bare LF in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\nY: a\r\n\r\n", .bareLineFeed, 400, "9112 2.2"),
        .init("bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed, 400, "9112 2.2"),
        .init("bare CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX", .bareCarriageReturn, 400, "9112 2.2"),
        .init("bare LFs all over", "GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed, 400, "9112 2.2"),
        .init("LF CR instead of CR LF", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", .bareLineFeed, 400, "9112 2.2"),
        .init("no Host", "GET / HTTP/1.1\r\n\r\n", .missingHost, 400, "9112 3.2"),
        .init("no Host but others", "GET / HTTP/1.1\r\nX: a\r\n\r\n", .missingHost, 400, "9112 3.2"),
        .init("no Host but its look-alike", "GET / HTTP/1.1\r\nH0st: a\r\n\r\n", .missingHost, 400, "9112 3.2"),
        .init("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", .multipleHosts, 400, "9112 3.2"),
        .init(
            "two equal Hosts",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: a\r\n\r\n",
            .multipleHosts,
            400,
            "9112 3.2"
        ),
        .init("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .multipleHosts, 400, "9112 3.2"),
        .init(
            "no Host with an absolute target",
            "GET http://a/ HTTP/1.1\r\nX: y\r\n\r\n",
            .missingHost,
            400,
            "9112 3.2.2"
        ),
        .init("Host: list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: URI", "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: port that is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: port with a sign", "GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: negative port", "GET / HTTP/1.1\r\nHost: a:-1\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: port out of range", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init(
            "Host: long port",
            "GET / HTTP/1.1\r\nHost: a:00000000000000000000000000080000000\r\n\r\n",
            .invalidHost,
            400,
            "9112 3.2"
        ),
        .init("Host: two ports", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: closing bracket alone", "GET / HTTP/1.1\r\nHost: ::1]\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: IPv6 without brackets", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: IPv6 with text behind", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: IPv6 with a bad port", "GET / HTTP/1.1\r\nHost: [::1]:b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init(
            "Host: too long IPv6",
            "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7:8:9]\r\n\r\n",
            .invalidHost,
            400,
            "9112 3.2"
        ),
        .init(
            "Host: IPv6 with a zone",
            "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n",
            .invalidHost,
            400,
            "9112 3.2"
        ),
        .init("Host: no address in brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: byte 0x80", "GET / HTTP/1.1\r\nHost: a\u{80}\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: UTF-8", "GET / HTTP/1.1\r\nHost: \u{C3}\u{A4}\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: bare percent sign", "GET / HTTP/1.1\r\nHost: a%\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init(
            "Host: escape that is not hexadecimal",
            "GET / HTTP/1.1\r\nHost: a%zz\r\n\r\n",
            .invalidHost,
            400,
            "9112 3.2"
        ),
        .init("Host: backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: quote", "GET / HTTP/1.1\r\nHost: \"a\"\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: less-than sign", "GET / HTTP/1.1\r\nHost: <a>\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: pipe", "GET / HTTP/1.1\r\nHost: a|b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: caret", "GET / HTTP/1.1\r\nHost: a^b\r\n\r\n", .invalidHost, 400, "9112 3.2"),
        .init("Host: backtick", "GET / HTTP/1.1\r\nHost: `a`\r\n\r\n", .invalidHost, 400, "9112 3.2"),
    ]
}
