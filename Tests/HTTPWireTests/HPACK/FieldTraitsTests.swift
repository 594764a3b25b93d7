import Testing

@testable import HTTPWire

/// What names and values of fields say by themselves.
@Suite struct FieldTraitsTests {
    private func traits(_ name: String, _ value: String = "") -> FieldTraits {
        Array((name + value).utf8).withUnsafeBytes { FieldTraits($0, nameLength: name.utf8.count) }
    }

    @Test(
        "A name has its meaning",
        arguments: [
            ("", .empty), (":method", .method), (":scheme", .scheme), (":authority", .authority), (":path", .path),
            (":protocol", .connectProtocol), (":status", .status), (":", .unknownPseudo), (":paths", .unknownPseudo),
            (":Path", .unknownPseudo), ("connection", .connectionSpecific), ("keep-alive", .connectionSpecific),
            ("proxy-connection", .connectionSpecific), ("transfer-encoding", .connectionSpecific),
            ("upgrade", .connectionSpecific), ("host", .host), ("content-length", .contentLength),
            ("expect", .expect), ("te", .te), ("cookie", .cookie), ("cookies", .other), ("accept", .other),
            ("x!#$%&'*+-.^_`|~0", .other), ("Accept", .invalid), ("a b", .invalid), ("a:", .invalid),
            ("a\u{7F}", .invalid), ("\u{E4}", .invalid), ("Host", .invalid), ("abcdefghijklmnopqrstuvwxyZ", .invalid),
        ] as [(String, FieldTraits.Name)]
    )
    func names(_ name: String, _ meaning: FieldTraits.Name) {
        #expect(traits(name).name == meaning)
        #expect(meaning.isPseudo == name.hasPrefix(":"))
    }

    @Test(
        "A value has no control characters, and no white space around it",
        arguments: [
            ("", true), ("a", true), ("a b\tc", true), ("\u{E4}", true), (" a", false), ("a ", false), ("\ta", false),
            ("a\t", false), ("a\u{0}b", false), ("a\rb", false), ("a\nb", false), ("a\u{7F}", false),
            ("0123456789abcdef\u{1}", false),
        ]
    )
    func values(_ value: String, _ isValid: Bool) {
        #expect(traits("a", value).isValueValid == isValid)
    }

    @Test("An entry of a table knows its traits, whether it was made of a literal or stands in the static table")
    func entries() {
        let literal = FieldTableEntry(bytes: Array("cookiea=b ".utf8), nameLength: 6)
        #expect(literal.traits == traits("cookie", "a=b "))
        #expect(!literal.traits.isValueValid)
        for entry in StaticTable.entries {
            #expect(entry.traits.isValueValid)
            #expect(entry.traits.name != .invalid && entry.traits.name != .unknownPseudo)
        }
    }
}
