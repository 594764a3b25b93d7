import Testing

@testable import MartletCommand

@Suite("Text that is harmless to terminals")
struct TerminalTextTests {
    private static let table: [(String, String)] = [
        ("plain\ttext\n", "plain\ttext\n"),
        ("ü 😀\r\nx", "ü 😀\r\nx"),
        ("\u{1B}[31mred", "␛[31mred"),
        ("\u{1B}]0;title\u{07}", "␛]0;title␇"),
        ("a\rb", "a␍b"),
        ("a\r", "a␍"),
        ("\u{08}\u{7F}\u{00}", "␈␡␀"),
        // C1: the terminal's other way to begin an escape sequence.
        ("\u{9B}2J", "\u{FFFD}2J"),
        // What turns text around.
        ("a\u{202E}b\u{2066}", "a\u{FFFD}b\u{FFFD}"),
    ]

    @Test("Control characters become pictures", arguments: table)
    func pictures(text: String, shown: String) {
        for size in [1, 2, 3, 100] {
            var state = TerminalText()
            var output: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                output += state.process(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(String(decoding: output + state.finish(), as: UTF8.self) == shown, "\(size)")
        }
    }

    @Test("What is not UTF-8 is replaced, and nothing behind it is lost")
    func invalid() {
        var text = TerminalText()
        #expect(text.process([0x61, 0xC3]) == Array("a".utf8))
        #expect(text.process([0x62]) == Array("\u{FFFD}b".utf8))
        #expect(text.process([0xF0, 0x9F]) == [])
        #expect(text.finish() == Array("\u{FFFD}".utf8))
        #expect(text.process([0x80, 0x9B, 0xFF]) == Array("\u{FFFD}\u{FFFD}\u{FFFD}".utf8))
    }

    @Test("A line stays one")
    func line() {
        #expect(TerminalText.line("a\r\nb\tc\u{1B}") == "a␍␊b␉c␛")
    }
}
