import Testing

@testable import chat

struct ChatTextTests {
    @Test(arguments: [
        ("Hello", "Hello"), (" \n Hello \t\r\n", "Hello"), ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("a\tb  c", "a\tb  c"), ("👩‍🚀🦅", "👩‍🚀🦅"), ("\u{202E}abc", "\u{202E}abc"), ("a\n\n\nb", "a\n\n\nb"),
    ])
    func takes(typed: String, text: String) throws {
        #expect(try ChatText(typed).text == text)
    }

    @Test(arguments: ["", " \n\t", "\u{200B}\u{2060}", "\u{2800}", "a\u{0}b", "a\u{1B}[31m", "\u{85}", "a\u{8}"])
    func refuses(typed: String) {
        let problem = #expect(throws: ChatProblem.self) { try ChatText(typed) }
        #expect(problem?.code == .badText)
    }

    @Test func countsCharactersAndBytes() throws {
        #expect(try ChatText(String(repeating: "é", count: 4_000)).text.count == 4_000)
        #expect(throws: ChatProblem(.badText, "A text may have at most 4000 characters.")) {
            try ChatText(String(repeating: "é", count: 4_001))
        }
        // A character of 25 bytes each.
        #expect(try ChatText(String(repeating: "👨‍👩‍👧‍👦", count: 640)).text.count == 640)
        #expect(throws: ChatProblem.self) { try ChatText(String(repeating: "👨‍👩‍👧‍👦", count: 641)) }
    }
}
