import Martlet
import NIOCore
import Testing

@Suite("RFC 9113: frames and connections")
struct ConnectionRuleTests {
    private static let wait = Frame.request(1, "GET", "/wait")
    private static let open = Frame.request(1, "POST", "/wait", end: false)

    @Test("How a connection begins, and what a frame is (sections 3.4, 4)")
    func frames() async throws {
        let (wait, open) = (Self.wait, Self.open)
        let half = Frame.headers(1, Frame.pseudo("GET", "/wait"), flags: 0)
        let block = Frame.block(Frame.pseudo())
        try await Rule.check([
            Rule("3.4", "The first frame is SETTINGS", opening: [.request(1)], [], .goAway(.protocolError)),
            Rule("3.4", "Not an acknowledgement either", opening: [.settingsAck], [], .goAway(.protocolError)),
            Rule("3.4", "SETTINGS may be empty", opening: [.settings()], [], .ignored),
            Rule("3.4", "Requests may follow at once", opening: [.settings()], [.request(1)], .status(200)),
            Rule("4.1", "Frames of unknown types are ignored", [Frame(type: 0x16, 0xFF, stream: 0, [1])], .ignored),
            Rule("4.1", "On streams too", [Frame(type: 0x17, stream: 3)], .ignored),
            Rule(
                "4.1",
                "Unknown flags are ignored",
                [Frame(.ping, 0xF6, stream: 0, Array(repeating: 0, count: 8))],
                .ignored
            ),
            Rule("4.1", "The reserved bit is ignored", [.request(0x8000_0001)], .status(200)),
            Rule(
                "4.2",
                "DATA of 16 384 bytes is allowed",
                [open, .data(1, String(repeating: "x", count: 16_384), end: false)],
                .ignored
            ),
            Rule(
                "4.2",
                "DATA of more is not",
                [open, .data(1, String(repeating: "x", count: 16_385), end: false)],
                .goAway(.frameSizeError)
            ),
            Rule(
                "4.2",
                "Nor HEADERS",
                [.request(1, "GET", "/", [("x", String(repeating: "x", count: 16_384))])],
                .goAway(.frameSizeError)
            ),
            Rule(
                "4.2",
                "The length is looked at before the rest arrives",
                [Frame(.settings, stream: 0, claimedLength: 0xFF_FFFF)],
                .goAway(.frameSizeError)
            ),
            Rule(
                "4.3",
                "A field block may come in parts",
                [
                    Frame(.headers, Frame.endStream, stream: 1, Array(block.prefix(5))),
                    Frame(.continuation, stream: 1, Array(block.dropFirst(5).prefix(5))),
                    Frame(.continuation, stream: 1),
                    Frame(.continuation, Frame.endHeaders, stream: 1, Array(block.dropFirst(10))),
                ],
                .status(200)
            ),
            Rule(
                "4.3",
                "With nothing in between",
                [half, Frame(.priority, stream: 1, [0, 0, 0, 0, 1])],
                .goAway(.protocolError)
            ),
            Rule("4.3", "Not a PING", [half, .ping()], .goAway(.protocolError)),
            Rule(
                "4.3",
                "Not a part of another stream's",
                [half, Frame(.continuation, stream: 3)],
                .goAway(.protocolError)
            ),
            Rule("4.3", "Not another block", [half, .request(3)], .goAway(.protocolError)),
            Rule(
                "5.5",
                "Not a frame of an unknown type",
                [half, Frame(type: 0x20, stream: 1)],
                .goAway(.protocolError)
            ),
            Rule(
                "6.10",
                "CONTINUATION needs a stream",
                [half, Frame(.continuation, stream: 0)],
                .goAway(.protocolError)
            ),
            Rule("6.10", "CONTINUATION follows HEADERS", [Frame(.continuation, 4, stream: 1)], .goAway(.protocolError)),
            Rule("6.10", "That have not ended", [wait, Frame(.continuation, 4, stream: 1)], .goAway(.protocolError)),
            Rule(
                "6.10",
                "Directly",
                [open, .data(1, "x", end: false), Frame(.continuation, 4, stream: 1)],
                .goAway(.protocolError)
            ),
        ])
    }

    @Test("DATA, HEADERS and PRIORITY (sections 6.1 to 6.3)")
    func content() async throws {
        let fields = Frame.block(Frame.pseudo())
        let read = Frame.request(1, "POST", "/read", end: false)
        try await Rule.check([
            Rule("6.1", "DATA needs a stream", [.data(0, "x")], .goAway(.protocolError)),
            Rule("6.1", "DATA may be padded", [read, Frame(.data, 9, stream: 1, [2, 0x78, 0, 0])], .status(200)),
            Rule("6.1", "With nothing but padding", [read, Frame(.data, 9, stream: 1, [3, 0, 0, 0])], .status(200)),
            Rule(
                "6.1",
                "Not more than there are bytes",
                [Self.open, Frame(.data, 9, stream: 1, [2, 0])],
                .goAway(.protocolError)
            ),
            Rule("6.1", "And with a length of it", [Self.open, Frame(.data, 9, stream: 1)], .goAway(.frameSizeError)),
            Rule("6.2", "HEADERS need a stream", [.headers(0, Frame.pseudo())], .goAway(.protocolError)),
            Rule(
                "6.2",
                "HEADERS may be padded",
                [Frame(.headers, 0xD, stream: 1, [2] + fields + [0, 0])],
                .status(200)
            ),
            Rule(
                "6.2",
                "Not more than there are bytes",
                [Frame(.headers, 0xD, stream: 1, [200] + fields)],
                .goAway(.protocolError)
            ),
            Rule(
                "6.2",
                "A priority is ignored",
                [Frame(.headers, 0x25, stream: 1, [0x80, 0, 0, 9, 200] + fields)],
                .status(200)
            ),
            Rule(
                "6.2",
                "Also with padding",
                [Frame(.headers, 0x2D, stream: 1, [1, 0, 0, 0, 0, 200] + fields + [0])],
                .status(200)
            ),
            Rule("6.2", "But has to be whole", [Frame(.headers, 0x25, stream: 1, [0, 0])], .goAway(.frameSizeError)),
            Rule("6.3", "PRIORITY is ignored", [Frame(.priority, stream: 1, [0, 0, 0, 0, 1])], .ignored),
            Rule("6.3", "Of streams that were not opened", [Frame(.priority, stream: 99, [0, 0, 0, 0, 1])], .ignored),
            Rule(
                "7540 5.3.1",
                "S15: A stream does not depend on itself",
                [Self.open, Frame(.priority, stream: 1, [0, 0, 0, 1, 15])],
                .reset(1, .protocolError)
            ),
            Rule(
                "7540 5.3.1",
                "S15: Nor exclusively, nor before it is opened",
                [Frame(.priority, stream: 7, [0x80, 0, 0, 7, 15])],
                .reset(7, .protocolError)
            ),
            Rule(
                "7540 5.3.1",
                "S15: Nor does it begin with that",
                [Frame(.headers, 0x25, stream: 1, [0, 0, 0, 1, 200] + fields)],
                .reset(1, .protocolError)
            ),
            Rule(
                "7540 5.3.1",
                "S15: Nor end with it, in parts",
                [Self.open, Frame(.headers, 0x21, stream: 1, [0, 0, 0, 1, 200]), Frame(.continuation, 4, stream: 1)],
                .reset(1, .protocolError)
            ),
            Rule(
                "7540 5.3.1",
                "S15: What follows is dropped",
                [
                    Frame(.headers, 0x24, stream: 1, [0, 0, 0, 1, 200] + fields), .data(1, "x", end: false),
                    .headers(1, []),
                ],
                .reset(1, .protocolError)
            ),
            Rule("6.3", "It needs a stream", [Frame(.priority, stream: 0, [0, 0, 0, 0, 1])], .goAway(.protocolError)),
            Rule(
                "6.3",
                "And five bytes",
                [Self.open, Frame(.priority, stream: 1, [0, 0, 0, 1])],
                .reset(1, .frameSizeError)
            ),
        ])
    }

    @Test("RST_STREAM, SETTINGS, PUSH_PROMISE, PING and GOAWAY (sections 6.4 to 6.8)")
    func control() async throws {
        let open = Self.open
        try await Rule.check([
            Rule("6.4", "RST_STREAM needs a stream", [.reset(0)], .goAway(.protocolError)),
            Rule("6.4", "One that was opened", [.reset(1)], .goAway(.protocolError)),
            Rule(
                "6.4",
                "And four bytes, not three",
                [open, Frame(.reset, stream: 1, [0, 0, 8])],
                .goAway(.frameSizeError)
            ),
            Rule("6.4", "Nor five", [open, Frame(.reset, stream: 1, [0, 0, 0, 0, 8])], .goAway(.frameSizeError)),
            Rule("6.4", "Its code may be any", [open, .reset(1, 0xFFFF)], .ignored),
            Rule("6.5", "SETTINGS have no stream", [Frame(.settings, stream: 1)], .goAway(.protocolError)),
            Rule(
                "6.5",
                "Six bytes for each",
                [Frame(.settings, stream: 0, [0, 4, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            Rule(
                "6.5",
                "None when acknowledging",
                [Frame(.settings, 1, stream: 0, [0, 4, 0, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            Rule("6.5.2", "Unknown settings are ignored", [.settings((0xFF, 1), (0x4, 100))], .ignored),
            Rule("6.5.2", "ENABLE_PUSH is 0 or 1", [.settings((2, 2))], .goAway(.protocolError)),
            Rule(
                "6.5.2",
                "INITIAL_WINDOW_SIZE is below 2^31",
                [.settings((4, 0x8000_0000))],
                .goAway(.flowControlError)
            ),
            Rule("6.5.2", "MAX_FRAME_SIZE is at least 16 384", [.settings((5, 16_383))], .goAway(.protocolError)),
            Rule("6.5.2", "And below 2^24", [.settings((5, 16_777_216))], .goAway(.protocolError)),
            Rule(
                "6.5.2",
                "What is allowed is taken",
                [.settings((1, 0), (2, 0), (3, 0), (5, 16_777_215), (6, 9))],
                .ignored
            ),
            Rule("8441 3", "ENABLE_CONNECT_PROTOCOL is 0 or 1", [.settings((8, 2))], .goAway(.protocolError)),
            Rule(
                "6.6",
                "A client can't push",
                [open, Frame(.pushPromise, 4, stream: 1, [0, 0, 0, 2])],
                .goAway(.protocolError)
            ),
            Rule(
                "6.7",
                "PING has no stream",
                [Frame(.ping, stream: 1, Array(repeating: 0, count: 8))],
                .goAway(.protocolError)
            ),
            Rule("6.7", "And eight bytes, not seven", [.ping([1, 2, 3, 4, 5, 6, 7])], .goAway(.frameSizeError)),
            Rule("6.7", "Nor nine", [.ping([1, 2, 3, 4, 5, 6, 7, 8, 9])], .goAway(.frameSizeError)),
            Rule("6.7", "Answers to none are ignored", [.ping(flags: Frame.ack)], .ignored),
            Rule(
                "6.8",
                "GOAWAY has no stream",
                [Frame(.goAway, stream: 1, Array(repeating: 0, count: 8))],
                .goAway(.protocolError)
            ),
            Rule(
                "6.8",
                "And eight bytes or more",
                [Frame(.goAway, stream: 0, [0, 0, 0, 0])],
                .goAway(.frameSizeError)
            ),
            Rule(
                "6.8",
                "After it the server closes too",
                [Frame(.goAway, stream: 0, Array(repeating: 0, count: 8))],
                .goAway(.noError)
            ),
        ])
    }

    @Test("Flow control (section 6.9)")
    func windows() async throws {
        let open = Self.open
        let chunk = String(repeating: "x", count: 16_384)
        let full = (0..<4).map { _ in Frame.data(1, chunk, end: false) }
        try await Rule.check([
            Rule("6.9", "A window grows by more than nothing", [.windowUpdate(0, 0)], .goAway(.protocolError)),
            Rule("6.9", "That of a stream too", [open, .windowUpdate(1, 0)], .reset(1, .protocolError)),
            Rule("6.9", "R5: On one that was not opened", [.windowUpdate(1, 0)], .goAway(.protocolError)),
            Rule("6.9", "R5: On one that has ended", before: [.request(1)], [.windowUpdate(1, 0)], .ignored),
            Rule("6.9", "The reserved bit is no growth", [.windowUpdate(0, 0x8000_0000)], .goAway(.protocolError)),
            Rule(
                "6.9",
                "WINDOW_UPDATE has four bytes",
                [Frame(.windowUpdate, stream: 0, [0, 0, 1])],
                .goAway(.frameSizeError)
            ),
            Rule("6.9", "And a stream that was opened", [.windowUpdate(1, 1)], .goAway(.protocolError)),
            Rule("6.9.1", "A window stays below 2^31", [.windowUpdate(0, 0x7FFF_FFFF)], .goAway(.flowControlError)),
            Rule("6.9.1", "That of a stream too", [open, .windowUpdate(1, 0x7FFF_FFFF)], .reset(1, .flowControlError)),
            Rule(
                "6.9.2",
                "Also when the initial one grows",
                [open, .windowUpdate(1, 0x7FFF_0000), .settings((4, 0x2_0000))],
                .goAway(.flowControlError)
            ),
            Rule("6.9.1", "A stream may send as much as its window", [open] + full, .ignored),
            Rule("6.9.1", "Not more", [open] + full + [.data(1, "x", end: false)], .reset(1, .flowControlError)),
            Rule(
                "6.9.1",
                "Padding counts",
                [open] + full.dropLast() + [
                    .data(1, String(chunk.dropLast(2)), end: false), Frame(.data, 8, stream: 1, [2, 0, 0]),
                ],
                .reset(1, .flowControlError)
            ),
        ]) {
            $0.http2.streamWindow = 65_536
        }
        try await Rule.check([
            Rule(
                "6.9.1",
                "All streams together send no more than the connection's window",
                [open] + full.dropLast() + [.request(3, "POST", "/wait", end: false), .data(3, chunk, end: false)],
                .goAway(.flowControlError)
            )
        ]) {
            $0.http2.connectionWindow = 65_535
        }
    }

    @Test("The server begins with SETTINGS, acknowledges those of the client, and answers PING")
    func answers() async throws {
        try await withServer(.priorKnowledge) {
            try await $0.response.end("ok")
        } test: { server in
            let client = try await server.connectHTTP2()
            client.send(Array(HTTP2Client.preface.utf8) + Frame.settings().bytes)
            let settings = try await client.next()
            #expect(settings.kind == .settings && settings.flags == 0 && settings.stream == 0)
            let values = stride(from: 0, to: settings.payload.count, by: 6).map { offset in
                [UInt32(settings.payload[offset + 1]), settings.word(at: offset + 2) ?? 0]
            }
            #expect(values == [[3, 100], [4, 262_144], [6, 65_536], [8, 1]])
            let window = try await client.next()
            #expect(window.kind == .windowUpdate && window.word(at: 0) == 1_048_576 - 65_535)
            #expect(try await client.next() == .settingsAck)
            client.send(.ping([8, 7, 6, 5, 4, 3, 2, 1]))
            #expect(try await client.next() == .ping([8, 7, 6, 5, 4, 3, 2, 1], flags: Frame.ack))
        }
    }
}
