import HTTPWire
import NIOCore
import Testing

@Suite("Server-sent events") struct ServerSentEventTests {
    private static func text(of event: ServerSentEvent) -> String {
        var buffer = ByteBuffer()
        buffer.writeServerSentEvent(event)
        return String(buffer: buffer)
    }

    @Test("are written field by field, and their data line by line")
    func written() throws {
        for (event, text) in [
            (ServerSentEvent("Hello"), "data: Hello\n\n"),
            (ServerSentEvent(""), "data: \n\n"),
            (ServerSentEvent("a\nb\rc\r\nd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
            (ServerSentEvent("\n"), "data: \ndata: \n\n"),
            (ServerSentEvent("\r\n\n"), "data: \ndata: \ndata: \n\n"),
            (ServerSentEvent(" a: ü"), "data:  a: ü\n\n"),
            (try ServerSentEvent("a", name: "add"), "event: add\ndata: a\n\n"),
            (try ServerSentEvent("a", name: ""), "data: a\n\n"),
            (try ServerSentEvent("a", name: "message", id: "7"), "id: 7\ndata: a\n\n"),
            (try ServerSentEvent("a", id: ""), "id: \ndata: a\n\n"),
        ] {
            #expect(Self.text(of: event) == text)
        }
        var buffer = ByteBuffer()
        buffer.writeServerSentComment()
        buffer.writeServerSentComment("one\ntwo")
        for time in [Duration.seconds(2), .microseconds(1_600), .zero, .seconds(-1), .seconds(Int64.max)] {
            buffer.writeReconnectionTime(time)
        }
        #expect(
            String(buffer: buffer) == ":\n\n: one\n: two\n\nretry: 2000\n\nretry: 2\n\nretry: 0\n\nretry: 0\n\n"
                + "retry: 2147483647\n\n"
        )
    }

    @Test("are read as they were written, but for the ends of lines")
    func roundTrip() throws {
        for data in ["", "\n", "a\r\nb", "\r", " x", ":", "data: a", "\u{FEFF}", "\u{0}", "a\n\nb\n"] {
            for (name, id) in [("message", nil), ("add", "7"), (" ", " "), ("é:", "🐦")] as [(String, String?)] {
                let event = try ServerSentEvent(data, name: name, id: id)
                var buffer = ByteBuffer()
                buffer.writeServerSentEvent(event)
                var parser = EventStreamParser()
                let again = try parser.parse(&buffer)
                #expect(again?.name == name && again?.id == id)
                let lines = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
                #expect(again?.data.utf8.elementsEqual(lines.utf8) == true, "\(data.debugDescription)")
            }
        }
    }

    @Test("have no line ends in names and ids")
    func invalid() {
        for text in ["a\nb", "\r", "a\r\n", "\n"] {
            #expect(throws: ServerSentEventError.invalidName(text)) { _ = try ServerSentEvent("", name: text) }
            #expect(throws: ServerSentEventError.invalidID(text)) { _ = try ServerSentEvent("", id: text) }
        }
        #expect(throws: ServerSentEventError.invalidID("\u{0}")) { _ = try ServerSentEvent("", id: "\u{0}") }
        #expect(
            "\(ServerSentEventError.invalidName("a\n"))"
                == #""a\n" is not the name of an event: it must not have line ends."#
        )
    }
}
