import HTTPWire
import NIOCore
import Testing

@Suite("Parsing streams of events", .calculation) struct EventStreamParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        /// Name, data and id of each event.
        let events: [[String]]
        var lastID: String?
        var retry: Duration?

        init(_ text: String, _ events: [[String]], lastID: String? = nil, retry: Duration? = nil) {
            self.text = text
            self.events = events
            self.lastID = lastID
            self.retry = retry
        }

        var testDescription: String { text.debugDescription }
    }

    static let cases: [Case] = [
        // The examples of the standard, section 9.2.6.
        Case("data: YHOO\ndata: +2\ndata: 10\n\n", [["message", "YHOO\n+2\n10", ""]]),
        Case(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [["message", "first event", "1"], ["message", "second event", ""], ["message", " third event", ""]]
        ),
        Case("data\n\ndata\ndata\n\ndata:", [["message", "", ""], ["message", "\n", ""]]),
        Case("data:test\n\ndata: test\n\n", [["message", "test", ""], ["message", "test", ""]]),
        // The ends of lines.
        Case(
            "data: a\r\rdata: b\r\n\r\ndata: c\n\n",
            [["message", "a", ""], ["message", "b", ""], ["message", "c", ""]]
        ),
        Case("data: a\r\ndata: b\rdata: c\n\r\n", [["message", "a\nb\nc", ""]]),
        Case("\n\n\r\r\n\n", []),
        Case("data: a\n", []), Case("data: a", []), Case("", []),
        // A byte order mark, once and at the beginning only.
        Case("\u{FEFF}data: a\n\n", [["message", "a", ""]]),
        Case("\u{FEFF}\u{FEFF}data: a\n\n", []),
        Case("data: a\n\n\u{FEFF}data: b\n\n", [["message", "a", ""]]),
        Case("\u{FEFF}\ndata: a\n\n", [["message", "a", ""]]),
        // Names.
        Case("event: add\ndata: 1\n\ndata: 2\n\n", [["add", "1", ""], ["message", "2", ""]]),
        Case("event: add\n\ndata: 2\n\n", [["message", "2", ""]]),
        Case("event\ndata: 2\n\n", [["message", "2", ""]]),
        Case("event: a\nevent: b\ndata: 2\n\n", [["b", "2", ""]]),
        // Fields that are none.
        Case("DATA: a\nData: b\n data: c\ndata : d\nother: e\n: f\n:\n\n", []),
        Case(":data: a\ndata:b:c\n\n", [["message", "b:c", ""]]),
        Case("data:\ta\n\n", [["message", "\ta", ""]]),
        // Ids.
        Case("id: 1\ndata: a\n\ndata: b\n\n", [["message", "a", "1"], ["message", "b", "1"]], lastID: "1"),
        Case("id: 1\n\nid: 2\ndata: a\n", [], lastID: "1"),
        Case("id: 1\u{0}\nid: \u{0}\ndata: a\n\n", [["message", "a", ""]]),
        Case(
            "id: 1\ndata: a\n\nid: 2\u{0}\ndata: b\n\n",
            [["message", "a", "1"], ["message", "b", "1"]],
            lastID: "1"
        ),
        Case("id: 1\ndata: a\n\nid:\ndata: b\n\n", [["message", "a", "1"], ["message", "b", ""]]),
        Case("id:  ü \ndata: a\n\n", [["message", "a", " ü "]], lastID: " ü "),
        // Times.
        Case("retry: 1500\n", [], retry: .milliseconds(1500)),
        Case(
            "retry: 1500\nretry: 10x\nretry: -1\nretry: +1\nretry: 1.5\nretry:\nretry\nretry:  7\n",
            [],
            retry: .milliseconds(1500)
        ),
        Case("retry: 007\n", [], retry: .milliseconds(7)),
        Case("retry: 99999999999999999999999\n", [], retry: .milliseconds(Int32.max)),
        Case("retry: ٣\n", []),
        Case("data: 🐦 ü\u{0}\n\n", [["message", "🐦 ü\u{0}", ""]]),
    ]

    /// The events, the last id and the time of a stream that comes in pieces.
    static func read(_ pieces: [[UInt8]], _ limits: EventStreamLimits = EventStreamLimits()) -> Outcome {
        var parser = EventStreamParser(limits: limits)
        var outcome = Outcome()
        do throws(EventStreamError) {
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                while let event = try parser.parse(&buffer) {
                    outcome.events.append([event.name, event.data, event.id ?? ""])
                }
                #expect(buffer.readableBytes == 0)
            }
        } catch {
            outcome.error = error
        }
        outcome.lastID = parser.lastEventID
        outcome.retry = parser.reconnectionTime
        return outcome
    }

    struct Outcome: Equatable {
        var events: [[String]] = []
        var lastID: String?
        var retry: Duration?
        var error: EventStreamError?
    }

    @Test("whole, byte by byte and split at every position", arguments: cases)
    func splits(item: Case) {
        let bytes = Array(item.text.utf8)
        let expected = Outcome(events: item.events, lastID: item.lastID, retry: item.retry)
        #expect(Self.read([bytes]) == expected)
        #expect(Self.read(bytes.map { [$0] }) == expected)
        for position in bytes.indices {
            let outcome = Self.read([Array(bytes[..<position]), Array(bytes[position...])])
            #expect(outcome == expected, "at \(position)")
        }
    }

    @Test("Bytes that are not UTF-8 are replaced, as they are in browsers")
    func invalidText() {
        let bytes = Array("data: a".utf8) + [0xFF, 0xE2, 0x82] + Array("\n\n".utf8)
        #expect(Self.read([bytes]).events == [["message", "a\u{FFFD}\u{FFFD}", ""]])
        #expect(Self.read(bytes.map { [$0] }).events == [["message", "a\u{FFFD}\u{FFFD}", ""]])
    }

    @Test("An event is complete with the CR of its empty line")
    func promptness() {
        #expect(Self.read([Array("data: a\r\n\r".utf8)]).events == [["message", "a", ""]])
    }

    @Test("Limits are errors beyond the limit, however the bytes come, and what was before counts")
    func limits() {
        var limits = EventStreamLimits()
        limits.lineBytes = 20
        limits.eventBytes = 10
        limits.idBytes = 3
        let before = "data: a\n\n"
        for (text, error) in [
            ("data: 1234567890\n\n", nil), ("data: 12345678901\n\n", .eventTooLarge(limit: 10)),
            ("data: 1234\ndata: 56789\n\n", nil), ("data: 1234\ndata: 567890\n\n", .eventTooLarge(limit: 10)),
            ("event: 12345\ndata: 67890\n\n", nil), ("event: 12345\ndata: 678901\n\n", .eventTooLarge(limit: 10)),
            ("data: 678901\nevent: 12345\n\n", .eventTooLarge(limit: 10)),
            (":0123456789012345678\n", nil), (":01234567890123456789\n", .lineTooLong(limit: 20)),
            (":01234567890123456789", .lineTooLong(limit: 20)),
            ("id: 123\n\n", nil), ("id: 1234\n\n", .idTooLong(limit: 3)),
        ] as [(String, EventStreamError?)] {
            let bytes = Array((before + text).utf8)
            for pieces in [[bytes], bytes.map { [$0] }] {
                let outcome = Self.read(pieces, limits)
                #expect(outcome.error == error, "\(text)")
                #expect(outcome.events.first == ["message", "a", ""])
            }
        }
        limits.lineBytes = -1
        #expect(Self.read([[0x61]], limits).error == .lineTooLong(limit: -1))
        #expect("\(EventStreamError.lineTooLong(limit: 7))" == "A line of the event stream is longer than 7 bytes.")
    }

    @Test("After an error there is nothing but that error")
    func failure() {
        var limits = EventStreamLimits()
        limits.idBytes = 0
        var parser = EventStreamParser(limits: limits)
        var buffer = ByteBuffer(string: "id: 1\ndata: a\n\n")
        for _ in 0..<2 {
            #expect(throws: EventStreamError.idTooLong(limit: 0)) { _ = try parser.parse(&buffer) }
        }
    }

    @Test("The id that a client has sent counts until there is another")
    func continuation() throws {
        var parser = EventStreamParser(lastEventID: "7")
        #expect(parser.lastEventID == "7")
        var buffer = ByteBuffer(string: "data: a\n\nid: 8\ndata: b\n\n")
        let first = try parser.parse(&buffer)
        #expect(first?.id == "7")
        let second = try parser.parse(&buffer)
        #expect(second?.id == "8" && parser.lastEventID == "8")
    }

    @Test("Memory does not grow with the length of the stream")
    func memory() throws {
        var parser = EventStreamParser()
        let large = "data: " + String(repeating: "x", count: 100_000) + "\n\n"
        var buffer = ByteBuffer(string: large)
        let event = try parser.parse(&buffer)
        #expect(event?.data.utf8.count == 100_000)
        #expect(parser.capacity < 10_000)
        let text = Array(String(repeating: ": comment\r\ndata: \(large.prefix(50))\r\n\r\n", count: 1_000).utf8)
        for start in stride(from: 0, to: text.count, by: 7) {
            var buffer = ByteBuffer(bytes: text[start..<min(start + 7, text.count)])
            while try parser.parse(&buffer) != nil {}
            #expect(parser.capacity < 10_000)
        }
    }
}
