import Testing

@Suite("RFC 7541: the compression of fields")
struct CompressionRuleTests {
    /// `:method: GET`, `:scheme: http`, `:path: /`, and `:authority` as a literal, of the static table.
    private static let request: [UInt8] = [0x82, 0x86, 0x84, 0x01, 0x01, 0x61]

    private static func block(_ bytes: [UInt8], stream: UInt32 = 1) -> [Frame] {
        [Frame(.headers, Frame.endStream | Frame.endHeaders, stream: stream, bytes)]
    }

    @Test("A block that can't be read ends the connection (RFC 9113 section 4.3)")
    func errors() async throws {
        let request = Self.request
        func broken(_ section: String, _ text: String, _ bytes: [UInt8]) -> Rule {
            Rule(section, text, Self.block(request + bytes), .goAway(.compressionError))
        }
        try await Rule.check([
            Rule("6.1", "Fields by their numbers", Self.block(request), .status(200)),
            broken("2.3.3", "Zero is no index", [0x80]),
            broken("2.3.3", "Nor is one behind the last", [0xBE]),
            broken("2.3.3", "Nor is one far behind", [0xFF, 0xFF, 0xFF, 0x7F]),
            broken("2.3.3", "The name of a literal neither", [0x7E, 0x01, 0x61]),
            broken("4.2", "The size changes before the first field", [0x20]),
            Rule("4.2", "There it may, even twice", Self.block([0x20, 0x3F, 0xE1, 0x1F] + request), .status(200)),
            Rule(
                "6.3",
                "Not above what is allowed",
                Self.block([0x3F, 0xE2, 0x1F] + request),
                .goAway(.compressionError)
            ),
            broken("5.1", "A number has an end", [0x0F, 0x80]),
            broken("5.1", "And a limit", [0x0F, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
            broken("5.1", "Also of a length", [0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            broken("5.2", "A text is as long as it says", [0x00, 0x05, 0x61]),
            broken("5.2", "A name has a value", [0x00, 0x01, 0x61]),
            broken("5.2", "Padding is shorter than a byte", [0x00, 0x82, 0x1F, 0xFF, 0x00]),
            broken("5.2", "And made of ones", [0x00, 0x81, 0x18, 0x00]),
            broken("5.2", "The end of a string is not in it", [0x00, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x00]),
            Rule(
                "5.2",
                "A text in Huffman's code",
                Self.block(request + [0x00, 0x81, 0x1F, 0x81, 0x1F]),
                .status(200)
            ),
        ])
    }

    @Test("What was remembered can be named later, and is forgotten when there is too much")
    func memory() async throws {
        let request = Self.request
        let remembered: [UInt8] = [0x82, 0x86, 0x84, 0x41, 0x01, 0x61]
        let large: [UInt8] = [0x40, 0x01, 0x78, 0x7F, 0xA1, 0x1F] + [UInt8](repeating: 0x61, count: 4_128)
        let again: [UInt8] = [0x82, 0x86, 0x84, 0xBE]
        try await Rule.check([
            Rule(
                "6.2.1",
                "A literal that is remembered",
                before: Self.block(remembered),
                Self.block(again, stream: 3),
                .status(200)
            ),
            Rule(
                "6.2.2",
                "One that is not",
                before: Self.block(request),
                Self.block(again, stream: 3),
                .goAway(.compressionError)
            ),
            Rule(
                "4.3",
                "A smaller table forgets",
                before: Self.block(remembered),
                Self.block([0x20] + again, stream: 3),
                .goAway(.compressionError)
            ),
            Rule(
                "4.4",
                "A field that is larger than the table empties it",
                before: Self.block(
                    remembered + large
                ),
                Self.block(again, stream: 3),
                .goAway(.compressionError)
            ),
            Rule(
                "4.1",
                "Also a block whose request is malformed is remembered",
                [
                    Frame(.headers, 5, stream: 1, remembered + [0x00, 0x01, 0x58, 0x00]),
                    Frame(.headers, 5, stream: 3, again),
                ],
                .reset(1, .protocolError),
                .status(200)
            ),
        ])
    }
}
