import Testing

@Suite("RFC 9113: streams and messages")
struct StreamRuleTests {
    private static let wait = Frame.request(1, "GET", "/wait")
    private static let open = Frame.request(1, "POST", "/wait", end: false)

    @Test("The states of a stream (section 5.1)")
    func states() async throws {
        let (wait, open) = (Self.wait, Self.open)
        let done = [Frame.request(1)]
        try await Rule.check([
            Rule("5.1", "idle: no DATA", [.data(1, "x")], .goAway(.protocolError)),
            Rule("5.1", "half-closed: no DATA", [wait, .data(1, "x")], .reset(1, .streamClosed)),
            Rule("5.1", "half-closed: no HEADERS", [wait, .request(1)], .reset(1, .streamClosed)),
            Rule("5.1", "half-closed: WINDOW_UPDATE", [wait, .windowUpdate(1, 1)], .ignored),
            Rule("5.1", "half-closed: PRIORITY", [wait, Frame(.priority, stream: 1, [0, 0, 0, 0, 1])], .ignored),
            Rule("5.1", "half-closed: RST_STREAM", [wait, .reset(1)], .ignored),
            Rule("5.1", "reset: no DATA", [open, .reset(1), .data(1, "x")], .reset(1, .streamClosed)),
            Rule("5.1", "reset: no HEADERS", [open, .reset(1), .request(1)], .reset(1, .streamClosed)),
            Rule("5.1", "reset: WINDOW_UPDATE is ignored", [open, .reset(1), .windowUpdate(1, 1)], .ignored),
            Rule("5.1", "reset: another reset is ignored", [open, .reset(1), .reset(1)], .ignored),
            Rule("5.1", "closed: no DATA", before: done, [.data(1, "x")], .reset(1, .streamClosed)),
            Rule("5.1", "closed: no HEADERS", before: done, [.request(1)], .goAway(.streamClosed)),
            Rule("5.1", "closed: WINDOW_UPDATE is ignored", before: done, [.windowUpdate(1, 1)], .ignored),
            Rule("5.1", "closed: RST_STREAM is ignored", before: done, [.reset(1)], .ignored),
            Rule(
                "5.1",
                "closed: PRIORITY is ignored",
                before: done,
                [Frame(.priority, stream: 1, [0, 0, 0, 0, 1])],
                .ignored
            ),
            Rule("5.1.1", "A client's streams are odd", [.request(2)], .goAway(.protocolError)),
            Rule("5.1.1", "And count up", [.request(5, "GET", "/wait"), .request(3)], .goAway(.protocolError)),
            Rule("5.1.1", "With gaps, if it likes", [.request(0x7FFF_FFFF)], .status(200)),
            Rule(
                "5.4.2",
                "S1: What was on its way to a stream in error is dropped",
                before: [],
                [.request(1, "GET", "/", [("X", "y")], end: false), .data(1, "x"), .request(1)],
                .reset(1, .protocolError)
            ),
        ])
    }

    @Test("Messages and their content (sections 8.1, 8.1.1)")
    func messages() async throws {
        func post(_ length: String) -> Frame {
            .request(1, "POST", "/read", [("content-length", length)], end: false)
        }
        try await Rule.check([
            Rule("8.1", "A request without content", [.request(1)], .status(200)),
            Rule(
                "8.1",
                "With content in parts",
                [Frame.request(1, "POST", "/read", end: false), .data(1, "a", end: false), .data(1)],
                .status(200)
            ),
            Rule(
                "8.1",
                "Trailers end the stream",
                [Self.open, .headers(1, [("a", "b")], end: false)],
                .reset(1, .protocolError)
            ),
            Rule(
                "8.1",
                "Nothing follows them",
                [Self.open, .headers(1, [("a", "b")]), .data(1)],
                .reset(1, .streamClosed)
            ),
            Rule(
                "8.1",
                "There are no pseudo-headers among them",
                [Self.open, .headers(1, [(":path", "/")])],
                .reset(1, .protocolError)
            ),
            Rule("8.1", "Nor upper-case names", [Self.open, .headers(1, [("A", "b")])], .reset(1, .protocolError)),
            Rule(
                "8.1",
                "Nor fields of a connection",
                [Self.open, .headers(1, [("connection", "close")])],
                .reset(1, .protocolError)
            ),
            Rule(
                "8.1.1",
                "As much content as announced",
                [post("3"), .data(1, "ab", end: false), .data(1, "c")],
                .status(200)
            ),
            Rule("8.1.1", "Less is an error", [post("3"), .data(1, "ab")], .reset(1, .protocolError)),
            Rule("8.1.1", "More is an error", [post("1"), .data(1, "ab")], .reset(1, .protocolError)),
            Rule("8.1.1", "Before it ends too", [post("1"), .data(1, "ab", end: false)], .reset(1, .protocolError)),
            Rule(
                "8.1.1",
                "None is an error",
                [.request(1, "POST", "/", [("content-length", "1")])],
                .reset(1, .protocolError)
            ),
            Rule(
                "8.1.1",
                "Trailers come behind all of it",
                [post("3"), .data(1, "ab", end: false), .headers(1, [("a", "b")])],
                .reset(1, .protocolError)
            ),
            Rule("8.1.1", "Zero may be announced", [.request(1, "POST", "/", [("content-length", "0")])], .status(200)),
            Rule("8.6", "The length is a number", [.request(1, "POST", "/", [("content-length", "x")])], .status(400)),
            Rule("8.6", "Without a sign", [.request(1, "POST", "/", [("content-length", "+0")])], .status(400)),
            Rule(
                "8.6",
                "One number",
                [.request(1, "POST", "/", [("content-length", "0"), ("content-length", "0")])],
                .reset(1, .protocolError)
            ),
        ])
    }

    @Test("Fields (section 8.2)")
    func fields() async throws {
        func with(_ fields: (String, String)...) -> [Frame] { [.request(1, "GET", "/", fields)] }
        let malformed = Rule.Outcome.reset(1, .protocolError)
        var rules = [
            Rule("8.2", "Names are in lower case", with(("Accept", "x")), malformed),
            Rule("8.2", "To the last letter", with(("x-a-long-name-of-many-letterS", "x")), malformed),
            Rule("8.2.1", "Names have no space", with(("a b", "x")), malformed),
            Rule("8.2.1", "No colon", with(("a:b", "x")), malformed),
            Rule("8.2.1", "No DEL", with(("a\u{7F}", "x")), malformed),
            Rule("8.2.1", "No control character", with(("a\u{1}", "x")), malformed),
            Rule("8.2.1", "Nothing but ASCII", with(("ä", "x")), malformed),
            Rule("8.2.1", "At least one character", with(("", "x")), malformed),
            Rule("8.2.1", "Values have no NUL", with(("a", "x\0y")), malformed),
            Rule("8.2.1", "No CR", with(("a", "x\ry")), malformed),
            Rule("8.2.1", "No LF", with(("a", "x\ny")), malformed),
            Rule("8.2.1", "No space before", with(("a", " x")), malformed),
            Rule("8.2.1", "No space behind", with(("a", "x ")), malformed),
            Rule("8.2.1", "No tab before", with(("a", "\tx")), malformed),
            Rule("8.2.1", "Those of pseudo-headers neither", [.request(1, "GET", "/\r\nx: y")], malformed),
            Rule("8.2.1", "They may be empty", with(("a", "")), .status(200)),
            Rule("8.2.1", "And have a tab inside", with(("a", "x\ty")), .status(200)),
            Rule("8.2.2", "TE may say trailers", with(("te", "trailers")), .status(200)),
            Rule("8.2.2", "And nothing else", with(("te", "gzip")), malformed),
        ]
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
            rules.append(Rule("8.2.2", "There is no \(name)", with((name, "close")), malformed))
        }
        try await Rule.check(rules)
    }

    @Test("Pseudo-headers (section 8.3)")
    func pseudoHeaders() async throws {
        func head(_ fields: [(String, String)]) -> [Frame] { [.headers(1, fields)] }
        let all = Frame.pseudo()
        let malformed = Rule.Outcome.reset(1, .protocolError)
        var rules = [
            Rule("8.3", "There are no others", head(all + [(":foo", "bar")]), malformed),
            Rule("8.3", "None of responses", head(all + [(":status", "200")]), malformed),
            Rule("8.3", "They come first", head([all[0], ("a", "b")] + all[1...]), malformed),
            Rule("8.3", "In any order", head(all.reversed()), .status(200)),
            Rule("8.3.1", "The path is not empty", head(Frame.pseudo("GET", "")), malformed),
            Rule("8.3.1", "It begins with a slash", head(Frame.pseudo("GET", "x")), .status(400)),
            Rule("8.3.1", "It is no URL", head(Frame.pseudo("GET", "http://a/")), .status(400)),
            Rule("8.3.1", "It has no fragment", head(Frame.pseudo("GET", "/#x")), .status(400)),
            Rule("8.3.1", "Nor a space", head(Frame.pseudo("GET", "/ x")), .status(400)),
            Rule("8.3.1", "It is * with OPTIONS", head(Frame.pseudo("OPTIONS", "*")), .status(200)),
            Rule("8.3.1", "And only then", head(Frame.pseudo("GET", "*")), .status(400)),
            Rule("8.3.1", "The method is a token", head(Frame.pseudo("G ET", "/")), malformed),
            Rule("8.3.1", "And not empty", head(Frame.pseudo("", "/")), malformed),
            Rule("8.3.1", "Any token", head(Frame.pseudo("BREW", "/")), .status(200)),
            Rule("8.3.1", "The scheme is one", head([all[0], (":scheme", "1"), all[2], all[3]]), malformed),
            Rule("8.3.1", "Not only of the web", head([all[0], (":scheme", "coap"), all[2], all[3]]), .status(200)),
            Rule(
                "8.3.1",
                "Host stands for the authority",
                head([all[0], all[1], all[3], ("host", "a")]),
                .status(200)
            ),
            Rule("8.3.1", "One of them has to be there", head([all[0], all[1], all[3]]), .status(400)),
            Rule("8.3.1", "Both may be", head(all + [("host", "A")]), .status(200)),
            Rule("8.3.1", "If they say the same", head(all + [("host", "b")]), malformed),
            Rule(
                "8.3.1",
                "There is one Host",
                head([all[0], all[1], all[3], ("host", "a"), ("host", "a")]),
                .status(400)
            ),
            Rule("8.3.1", "No user stands in it", head([all[0], all[1], (":authority", "u@a"), all[3]]), .status(400)),
            Rule("8.3.1", "Nor a path", head([all[0], all[1], (":authority", "a/b"), all[3]]), .status(400)),
            Rule(
                "8.5",
                "S8: CONNECT names an authority, and is not understood by a handler that opens no tunnel",
                head([(":method", "CONNECT"), (":authority", "a:1")]),
                .status(501)
            ),
            Rule("8.5", "With a port", head([(":method", "CONNECT"), (":authority", "a")]), .status(400)),
            Rule("8.5", "It needs that", head([(":method", "CONNECT")]), malformed),
            Rule("8.5", "And has no path", head([(":method", "CONNECT"), all[2], all[3]]), malformed),
            Rule("8.5", "Nor a scheme", head([(":method", "CONNECT"), all[1], all[2]]), malformed),
        ]
        for field in all {
            rules.append(Rule("8.3.1", "\(field.0) comes once", head([field] + all), malformed))
        }
        for name in [":method", ":scheme", ":path"] {
            rules.append(Rule("8.3.1", "\(name) is there", head(all.filter { $0.0 != name }), malformed))
        }
        try await Rule.check(rules)
    }
}
