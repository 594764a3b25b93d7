import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletCommand

@Suite("What is shown")
struct OutputTextTests {
    @Test("A head in a pipe is as on the wire")
    func wireHead() {
        let text = HeadText().response(.http1_1, .ok, [.contentType: "a/b", .setCookie: "a"])
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nSet-Cookie: a\r\n\r\n")
    }

    @Test("A head on a terminal has colours, and no tricks")
    func terminalHead() throws {
        let head = HeadText(prefix: "< ", isForTerminal: true, colours: true)
        let status = HTTPResponse.Status(code: 404, reasonPhrase: "Not\tFound")
        #expect(
            head.response(.http1_0, status, [.server: "a"])
                == "< \u{1B}[1;31mHTTP/1.0 404 Not␉Found\u{1B}[0m\n< \u{1B}[36mServer\u{1B}[0m: a\n< \n"
        )
        let sent = HeadText(prefix: "> ", isForTerminal: true)
        #expect(sent.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "> GET / HTTP/1.1\n> Host: a\n> \n")
    }

    private func show(_ style: ContentFormatter.Style, _ type: String, _ pieces: String...) throws -> String {
        var formatter = ContentFormatter(style, type: MediaType(type))
        var output = ByteBuffer()
        for piece in pieces { output.writeImmutableBuffer(try formatter.format(ByteBuffer(string: piece))) }
        output.writeImmutableBuffer(formatter.finish())
        return String(buffer: output)
    }

    @Test("Contents in a pipe are as they are, on a terminal they are laid out and end a line")
    func contents() throws {
        let terminal = ContentFormatter.Style(indents: true, isForTerminal: true)
        #expect(try show(.init(), "application/json", "[1", "]\u{1B}\u{0}") == "[1]\u{1B}\u{0}")
        #expect(try show(terminal, "application/json", "[1", "]") == "[\n  1\n]\n")
        #expect(try show(terminal, "application/problem+json; charset=utf-8", "[]") == "[]\n")
        #expect(try show(terminal, "text/plain", "[1", "]") == "[1]\n")
        #expect(try show(terminal, "text/plain", "a\n") == "a\n")
        #expect(try show(terminal, "text/plain") == "")
        #expect(try show(terminal, "application/json", "[\"\u{1B}[2J\"]") == "[\n  \"␛[2J\"\n]\n")
        #expect(try show(.init(indents: true), "application/json", "[\"\u{1B}\"]") == "[\n  \"␛\"\n]\n")
        #expect(throws: CommandFailure.self) { try show(terminal, "text/plain", "\u{0}") }
        #expect(try show(terminal, "text/plain", "a", "\u{0}") == "a␀\n")
    }

    @Test("Timings are in milliseconds")
    func timings() {
        let text = TimingText(
            nameLookup: nil,
            connect: .microseconds(149),
            firstByte: .milliseconds(2),
            total: .milliseconds(12_345)
        )
        #expect(
            text.description == """
                name lookup   -
                connect       0.1 ms
                first byte    2.0 ms
                total         12345.0 ms

                """
        )
    }
}
