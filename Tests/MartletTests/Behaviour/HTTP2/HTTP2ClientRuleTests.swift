import Testing

@testable import Martlet

private let ok = [(":status", "200")]
/// The head of a response whose content is to come.
private let begun = Frame.headers(1, ok, end: false)
/// All of a response.
private let whole = [Frame.headers(1, ok)]

private func head(_ fields: (String, String)...) -> [Frame] {
    [Frame.headers(1, fields)]
}

@Suite("HTTP/2, client: the rules that servers have to keep (RFC 9113)", .timeLimit(.minutes(5)))
struct HTTP2ClientRuleTests {
    @Test("Frames and streams (sections 4 and 5)")
    func framesAndStreams() async throws {
        let priority = Frame(.priority, stream: 1, [0, 0, 0, 0, 1])
        try await ResponseRule.check([
            ResponseRule("4.1", "A type that is not known", [Frame(type: 0xFA, 0xFF, stream: 1, [1])], .ignored),
            ResponseRule(
                "4.2",
                "16385 bytes",
                [Frame(.data, stream: 1, claimedLength: 16_385)],
                .goAway(.frameSizeError)
            ),
            ResponseRule("4.3", "No field block", [Frame(.headers, 5, stream: 1, [0xFF])], .goAway(.compressionError)),
            ResponseRule(
                "4.3",
                "An index too high",
                [Frame(.headers, 5, stream: 1, [0xBE])],
                .goAway(.compressionError)
            ),
            ResponseRule(
                "RFC 7541 4.2",
                "A table of 4097 bytes",
                [Frame(.headers, 5, stream: 1, [0x3F, 0xE2, 0x1F, 0x88])],
                .goAway(.compressionError)
            ),
            ResponseRule("5.1", "HEADERS on an idle stream", [Frame.headers(3, ok)], .goAway(.protocolError)),
            ResponseRule("5.1", "DATA on an idle stream", [begun, Frame.data(3, "a")], .goAway(.protocolError)),
            ResponseRule("5.1", "WINDOW_UPDATE on an idle stream", [Frame.windowUpdate(3, 1)], .goAway(.protocolError)),
            ResponseRule("5.1", "RST_STREAM on an idle stream", [Frame.reset(3)], .goAway(.protocolError)),
            ResponseRule(
                "5.1.1",
                "HEADERS on a stream of the server's",
                [Frame.headers(2, ok)],
                .goAway(.protocolError)
            ),
            ResponseRule("5.1.1", "DATA on a stream of the server's", [Frame.data(2, "a")], .goAway(.protocolError)),
            ResponseRule("5.1", "HEADERS behind the end", whole + whole, .goAway(.streamClosed), .response),
            ResponseRule("5.1", "DATA behind the end", whole + [Frame.data(1)], .reset(1, .streamClosed), .response),
            ResponseRule("5.1", "WINDOW_UPDATE behind the end", whole + [Frame.windowUpdate(1, 1)], .ignored),
            ResponseRule("5.1", "RST_STREAM behind the end", whole + [Frame.reset(1)], .ignored),
            ResponseRule("5.1", "PRIORITY behind the end", whole + [priority], .ignored),
            ResponseRule("5.3", "PRIORITY", [priority], .ignored),
        ])
    }

    @Test("Each type of frame (section 6)")
    func types() async throws {
        let (padded, priority) = (Frame.padded, Frame.priorityFlag)
        try await ResponseRule.check([
            ResponseRule("6.1", "DATA on no stream", [begun, Frame.data(0, "a")], .goAway(.protocolError)),
            ResponseRule(
                "6.1",
                "All of it padding",
                [begun, Frame(.data, padded | 1, stream: 1, [2, 0, 0])],
                .ignored
            ),
            ResponseRule(
                "6.1",
                "Too much padding",
                [begun, Frame(.data, padded, stream: 1, [2, 0])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.1",
                "No length of the padding",
                [begun, Frame(.data, padded, stream: 1)],
                .goAway(.frameSizeError)
            ),
            ResponseRule("6.2", "HEADERS on no stream", [Frame.headers(0, ok)], .goAway(.protocolError)),
            ResponseRule(
                "6.2",
                "Too much padding",
                [Frame(.headers, padded | 4, stream: 1, [2, 0x88])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.2",
                "Half a priority",
                [Frame(.headers, priority | 4, stream: 1, [0])],
                .goAway(.frameSizeError)
            ),
            ResponseRule(
                "6.2",
                "A priority",
                [Frame(.headers, priority | 5, stream: 1, [0, 0, 0, 0, 1, 0x88])],
                .ignored
            ),
            ResponseRule(
                "6.3",
                "PRIORITY on no stream",
                [Frame(.priority, stream: 0, [0, 0, 0, 0, 1])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.3",
                "PRIORITY of 4 bytes",
                [Frame(.priority, stream: 1, [0, 0, 0, 0])],
                .reset(1, .frameSizeError)
            ),
            ResponseRule(
                "RFC 7540 5.3.1",
                "S15: PRIORITY on itself",
                [Frame(.priority, stream: 1, [0, 0, 0, 1, 0])],
                .reset(1, .protocolError)
            ),
            ResponseRule(
                "RFC 7540 5.3.1",
                "S15: HEADERS that depend on themselves",
                [Frame(.headers, priority | 5, stream: 1, [0, 0, 0, 1, 1, 0x88])],
                .reset(1, .protocolError)
            ),
            ResponseRule("6.4", "RST_STREAM on no stream", [Frame.reset(0)], .goAway(.protocolError)),
            ResponseRule(
                "6.4",
                "RST_STREAM of 3 bytes",
                [Frame(.reset, stream: 1, [0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            ResponseRule(
                "6.6",
                "PUSH_PROMISE",
                [Frame(.pushPromise, 4, stream: 1, [0, 0, 0, 2])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.7",
                "PING on a stream",
                [Frame(.ping, stream: 1, [0, 0, 0, 0, 0, 0, 0, 0])],
                .goAway(.protocolError)
            ),
            ResponseRule("6.7", "PING of 7 bytes", [Frame.ping([0, 0, 0, 0, 0, 0, 0])], .goAway(.frameSizeError)),
            ResponseRule("6.7", "An answer to no PING", [Frame.ping(flags: Frame.ack)], .ignored),
            ResponseRule(
                "6.8",
                "GOAWAY on a stream",
                [Frame(.goAway, stream: 1, [0, 0, 0, 1, 0, 0, 0, 0])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.8",
                "GOAWAY of 7 bytes",
                [Frame(.goAway, stream: 0, [0, 0, 0, 1, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            ResponseRule(
                "6.10",
                "CONTINUATION of nothing",
                [Frame(.continuation, 4, stream: 1, [0x88])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.10",
                "CONTINUATION behind a whole head",
                [begun, Frame(.continuation, 4, stream: 1)],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.10",
                "CONTINUATION of another stream",
                [Frame(.headers, stream: 1), Frame(.continuation, 4, stream: 3, [0x88])],
                .goAway(.protocolError)
            ),
            ResponseRule("6.2", "HEADERS within a head", [Frame(.headers, stream: 1), begun], .goAway(.protocolError)),
            ResponseRule(
                "5.5",
                "A type that is not known within a head",
                [Frame(.headers, stream: 1), Frame(type: 0xFA, stream: 0), Frame(.continuation, 4, stream: 1, [0x88])],
                .goAway(.protocolError)
            ),
            ResponseRule(
                "6.10",
                "A head in pieces, one of them empty",
                [
                    Frame(.headers, 1, stream: 1), Frame(.continuation, stream: 1),
                    Frame(.continuation, 4, stream: 1, [0x88]),
                ],
                .ignored
            ),
            ResponseRule(
                "10.5.1",
                "A head in 18 pieces",
                [Frame(.headers, stream: 1)] + [Frame](repeating: Frame(.continuation, stream: 1), count: 17),
                .goAway(.enhanceYourCalm)
            ),
        ])
    }

    @Test("Settings and windows (sections 6.5 and 6.9)")
    func settingsAndWindows() async throws {
        try await ResponseRule.check([
            ResponseRule("6.5", "SETTINGS on a stream", [Frame(.settings, stream: 1)], .goAway(.protocolError)),
            ResponseRule(
                "6.5",
                "SETTINGS of 5 bytes",
                [Frame(.settings, stream: 0, [0, 1, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            ResponseRule(
                "6.5",
                "An acknowledgement with settings",
                [Frame(.settings, Frame.ack, stream: 0, [0, 1, 0, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            ResponseRule("6.5", "An acknowledgement too many", [Frame.settingsAck], .ignored),
            ResponseRule("6.5.2", "A setting that is not known", [Frame.settings((0x0A0A, 7))], .ignored),
            ResponseRule("6.5.2", "A server that takes pushes", [Frame.settings((2, 1))], .goAway(.protocolError)),
            ResponseRule("6.5.2", "Neither on nor off", [Frame.settings((2, 2))], .goAway(.protocolError)),
            ResponseRule("6.5.2", "A window of 2^31", [Frame.settings((4, 1 << 31))], .goAway(.flowControlError)),
            ResponseRule("6.5.2", "Frames of 16383 bytes", [Frame.settings((5, 16_383))], .goAway(.protocolError)),
            ResponseRule("6.5.2", "Frames of 2^24 bytes", [Frame.settings((5, 1 << 24))], .goAway(.protocolError)),
            ResponseRule(
                "6.5.2",
                "No streams, no table, no window",
                [Frame.settings((3, 0), (1, 0), (4, 0))],
                .ignored
            ),
            ResponseRule(
                "6.9",
                "The window of the connection grows by 0",
                [Frame.windowUpdate(0, 0)],
                .goAway(.protocolError)
            ),
            ResponseRule("6.9", "That of a stream grows by 0", [Frame.windowUpdate(1, 0)], .reset(1, .protocolError)),
            ResponseRule(
                "6.9",
                "WINDOW_UPDATE of 3 bytes",
                [Frame(.windowUpdate, stream: 1, [0, 0, 1])],
                .goAway(.frameSizeError)
            ),
            ResponseRule("6.9.1", "More than 2^31-1", [Frame.windowUpdate(0, 0x7FFF_FFFF)], .goAway(.flowControlError)),
            ResponseRule(
                "6.9.1",
                "The same on a stream",
                [Frame.windowUpdate(1, 0x7FFF_FFFF)],
                .reset(1, .flowControlError)
            ),
            ResponseRule(
                "6.9.1",
                "2^31-1",
                [Frame.windowUpdate(1, 0x7FFF_0000), Frame.windowUpdate(0, 0x7FFF_0000)],
                .ignored
            ),
            ResponseRule(
                "6.9.2",
                "More than 2^31-1 by a setting",
                [Frame.windowUpdate(1, 0x7FFF_0000), Frame.settings((4, 65_536))],
                .goAway(.flowControlError)
            ),
        ])
    }

    @Test("Messages (section 8.1)")
    func messages() async throws {
        let bad = Rule.Outcome.reset(1, .protocolError)
        let (three, early) = ([(":status", "200"), ("content-length", "3")], [(":status", "103")])
        let long = Frame.headers(1, three, end: false)
        try await ResponseRule.check([
            ResponseRule("8.1", "Content before the head", [Frame.data(1, "a")], bad),
            ResponseRule(
                "8.1",
                "Trailers that are not the end",
                [begun, Frame.headers(1, [("a", "b")], end: false)],
                bad
            ),
            ResponseRule("8.1", "A pseudo-header in trailers", [begun, Frame.headers(1, ok)], bad),
            ResponseRule("8.1", "A second head", [begun, begun], bad),
            ResponseRule("8.1", "An informational response at the end", [Frame.headers(1, early)], bad),
            ResponseRule("8.1", "Content behind one", [Frame.headers(1, early, end: false), Frame.data(1, "a")], bad),
            ResponseRule("8.1", "Trailers without content", [begun, Frame.headers(1, [("a", "b")])], .ignored),
            ResponseRule("8.1.1", "Longer than announced", [long, Frame.data(1, "abcd")], bad),
            ResponseRule("8.1.1", "Shorter", [long, Frame.data(1, "ab")], bad),
            ResponseRule(
                "8.1.1",
                "Shorter, with trailers",
                [long, Frame.data(1, "ab", end: false), Frame.headers(1, [])],
                bad
            ),
            ResponseRule("8.1.1", "Nothing", [Frame.headers(1, three)], bad),
            ResponseRule(
                "8.1.1",
                "As announced",
                [long, Frame.data(1, "ab", end: false), Frame.data(1, "c")],
                .ignored
            ),
            ResponseRule(
                "8.1.1",
                "Announced twice",
                head((":status", "200"), ("content-length", "0"), ("content-length", "0")),
                bad
            ),
            ResponseRule("8.1.1", "No number", head((":status", "200"), ("content-length", "+0")), bad),
            ResponseRule(
                "8.1.1",
                "Content with 204",
                [Frame.headers(1, [(":status", "204")], end: false), Frame.data(1, "a")],
                bad
            ),
            ResponseRule(
                "8.1.1",
                "Content with 304",
                [Frame.headers(1, [(":status", "304")], end: false), Frame.data(1, "a")],
                bad
            ),
        ])
    }

    @Test("Fields (sections 8.2, 8.3 and 8.6)")
    func fields() async throws {
        let bad = Rule.Outcome.reset(1, .protocolError)
        var rules: [ResponseRule] = [
            ResponseRule("8.3", "No :status", head(("a", "b")), bad),
            ResponseRule("8.3", "No fields at all", [Frame.headers(1, [])], bad),
            ResponseRule("8.3", ":status twice", head((":status", "200"), (":status", "200")), bad),
            ResponseRule("8.3", ":status behind a field", head(("a", "b"), (":status", "200")), bad),
            ResponseRule("8.3", "A pseudo-header of requests", head((":status", "200"), (":path", "/")), bad),
            ResponseRule("8.3", "One that is not known", head((":status", "200"), (":a", "b")), bad),
            ResponseRule("8.6", "101", head((":status", "101")), bad),
            ResponseRule("8.2.2", "TE", head((":status", "200"), ("te", "gzip")), bad),
            ResponseRule("8.2.1", "All that a value may have", head((":status", "200"), ("a", "é \t\"~")), .ignored),
        ]
        for status in ["", "20", "2000", "099", "+20", "2 0", "abc"] {
            rules.append(ResponseRule("8.3.2", ":status \"\(status)\"", head((":status", status)), bad))
        }
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
            rules.append(ResponseRule("8.2.2", name, head((":status", "200"), (name, "a")), bad))
            rules.append(ResponseRule("8.2.2", "\(name) in trailers", [begun, Frame.headers(1, [(name, "a")])], bad))
        }
        for name in ["", "A", "a b", "a:", "a\r\nb", "\u{7F}", "ä"] {
            rules.append(
                ResponseRule("8.2.1", "A name \(Array(name.utf8))", head((":status", "200"), (name, "a")), bad)
            )
        }
        for value in ["\0", "a\rb", "a\nb", " a", "a ", "\ta", "a\t", "\u{7F}"] {
            rules.append(
                ResponseRule("8.2.1", "A value \(Array(value.utf8))", head((":status", "200"), ("a", value)), bad)
            )
        }
        try await ResponseRule.check(rules)
    }

    @Test("A connection begins with SETTINGS (section 3.4)")
    func opening() async throws {
        for frame in [Frame.settingsAck, Frame.ping(), Frame.headers(1, ok), Frame.data(1, "a")] {
            let code = Shared<UInt8?>(nil)
            try await ScriptedServer.run { connection, _ in
                // The client's preface, and its SETTINGS.
                _ = try connection.read(count: 24 + 9 + 18)
                try connection.write(frame.bytes)
                // WINDOW_UPDATE may come first, and the request.
                while true {
                    let head = try connection.readBytes(count: 9)
                    let payload = try connection.readBytes(count: Int(head[1]) << 8 | Int(head[2]))
                    guard head[3] == Frame.Kind.goAway.rawValue else { continue }
                    code.change { $0 = payload[7] }
                    return
                }
            } while: { server in
                let client = makeClient {
                    $0.http2 = .always
                    $0.maximumRetries = 0
                }
                await #expect(throws: HTTPClientError.self) { try await client.get(server.url) }
                try await eventually { code.value != nil }
                #expect(code.value == 1, "\(frame)")
                await client.close(force: true)
            }
        }
    }
}
