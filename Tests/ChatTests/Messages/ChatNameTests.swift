import Testing

@testable import chat

struct ChatNameTests {
    @Test(arguments: [
        ("Ada", "Ada"), ("  Ada  Lovelace\t", "Ada Lovelace"), ("Ada\u{A0}\u{2003}Lovelace", "Ada Lovelace"),
        ("e\u{301}", "\u{E9}"), ("木村", "木村"), ("👩‍🚀", "👩‍🚀"), ("❤️", "❤️"), ("7", "7"), ("-", "-"),
        (String(repeating: "a", count: 32), String(repeating: "a", count: 32)),
    ])
    func takes(typed: String, text: String) throws {
        #expect(try ChatName(typed).text == text)
    }

    @Test(arguments: [
        "", "   ", "\u{A0}", "\u{3164}", "\u{2800}", "\u{200B}", "\u{FE0F}", "\u{301}", "a\u{202E}b", "a\u{2066}b",
        "a\u{200D}b", "a\u{0}b", "a\nb", "a\u{7F}b", "a\u{2028}b", "a\u{AD}b", "\u{E000}", "\u{FEFF}Ada", "\u{115F}x",
        String(repeating: "a", count: 33), "e" + String(repeating: "\u{316}", count: 100),
        String(repeating: " ", count: 5_000),
    ])
    func refuses(typed: String) {
        let problem = #expect(throws: ChatProblem.self) { try ChatName(typed) }
        #expect(problem?.code == .badName)
    }

    @Test(arguments: [
        ("Ada", "ADA"), ("Straße", "STRASSE"), ("\u{212B}ke", "åke"), ("Ａｄａ", "Ada"), ("ﬁn", "FIN"), ("❤", "❤️"),
        ("Ada Lovelace", "ada   lovelace"), ("e\u{301}va", "É\u{76}a"),
    ])
    func takesForTheSame(one: String, other: String) throws {
        #expect(try ChatName(one).key == ChatName(other).key)
    }

    @Test(arguments: [("Ada", "Adam"), ("Eva", "Éva"), ("👩‍🚀", "👩")])
    func tellsApart(one: String, other: String) throws {
        #expect(try ChatName(one).key != ChatName(other).key)
    }
}
