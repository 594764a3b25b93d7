import Testing

@testable import tutorial

struct WireTextTests {
    @Test(arguments: [
        ("", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n"),
        ("a\nb\rc", "a\nb\nc"),
        ("tab\tstays", "tab\tstays"),
        ("\u{1B}[31m\u{0}\u{7F}", "\\x1B[31m\\x00\\x7F"),
        ("ä € 🐦", "ä € 🐦"),
        ("\u{202E}evil\u{85}\u{2028}", "\\u{202E}evil\\u{85}\\u{2028}"),
        ("<b>&amp;", "<b>&amp;"),
    ])
    func showsWhatCanNotBeSeen(_ text: String, _ visible: String) {
        #expect(WireText.visible(text.utf8) == visible)
    }

    @Test func showsBytesThatAreNotText() {
        #expect(WireText.visible([0x41, 0xFF, 0xC3, 0x28, 0xE2, 0x82]) == "A\\xFF\\xC3(\\xE2\\x82")
        // A TLS handshake at a port without TLS.
        #expect(WireText.visible([0x16, 0x03, 0x01, 0x02, 0x00]) == "\\x16\\x03\\x01\\x02\\x00")
    }

    @Test func tellsTextFromOtherContent() {
        let bird = Array("🐦".utf8)
        #expect(WireText.text(bird, isComplete: true) == "🐦")
        // The rest of it is to come.
        #expect(WireText.text(Array(bird.prefix(3)), isComplete: false) == "")
        #expect(WireText.text(Array("a".utf8) + bird.prefix(1), isComplete: false) == "a")
        #expect(WireText.text(Array(bird.prefix(3)), isComplete: true) == nil)
        #expect(WireText.text([0xFF, 0x41], isComplete: false) == nil)
        #expect(WireText.text([0x41, 0x00], isComplete: true) == nil)
        #expect(WireText.text(Array("a\r\n\tb".utf8), isComplete: true) == "a\r\n\tb")
        #expect(WireText.text([], isComplete: false) == "")
    }
}
