import Testing

@testable import MartletCommand

@Suite("JSON laid out")
struct JSONFormatterTests {
    private static func layOut(_ text: String, pieces size: Int = .max, colours: Bool = false) -> String {
        var formatter = JSONFormatter(indents: true, colours: colours)
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            output += formatter.process(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return String(decoding: output + formatter.finish(), as: UTF8.self)
    }

    private static let table: [(String, String)] = [
        ("", ""),
        ("{}", "{}\n"),
        (" [ ] ", "[]\n"),
        ("null", "null\n"),
        (#""a b""#, "\"a b\"\n"),
        ("[1,2]", "[\n  1,\n  2\n]\n"),
        ("{\"a\" : 1 , \"b\":[ ]}", "{\n  \"a\": 1,\n  \"b\": []\n}\n"),
        ("[[],[[1]]]", "[\n  [],\n  [\n    [\n      1\n    ]\n  ]\n]\n"),
        // Numbers as they are, beyond what any type holds; names twice and in their order.
        (
            "[1.50,-0,1E400,123456789012345678901234567890]",
            "[\n  1.50,\n  -0,\n  1E400,\n  123456789012345678901234567890\n]\n"
        ),
        ("{\"b\":1,\"a\":2,\"b\":3}", "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}\n"),
        // What is in strings is no structure.
        (#"["{[,:]} \" \\"]"#, "[\n  \"{[,:]} \\\" \\\\\"\n]\n"),
        (#"["ü\u00fc😀"]"#, "[\n  \"ü\\u00fc😀\"\n]\n"),
        // Several values: JSON lines.
        ("{\"a\":1}\n{\"a\":2}\n", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n"),
        ("1 2\r\n3", "1\n2\n3\n"),
        // What is not JSON keeps its characters, and words stay apart.
        ("[1 2]", "[\n  1 2\n]\n"),
        ("Not JSON", "Not\nJSON\n"),
        ("]", "\n]\n"),
        ("[1", "[\n  1\n"),
        ("\"abc", "\"abc\n"),
    ]

    @Test("One member a line", arguments: table)
    func layout(text: String, layout: String) {
        #expect(Self.layOut(text) == layout)
    }

    @Test("It does not matter where the bytes are split", arguments: table)
    func pieces(text: String, layout: String) {
        for size in 1...5 { #expect(Self.layOut(text, pieces: size) == layout) }
    }

    @Test("Only white space outside of strings changes")
    func isFaithful() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]:,"\ 1eE-.tn"# + "\n\t")
        for _ in 0..<2_000 {
            let length = Int.random(in: 0..<40, using: &generator)
            let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
            #expect(Self.squeeze(Self.layOut(text)) == Self.squeeze(text), "\(text)")
        }
    }

    /// The text without white space outside of strings.
    private static func squeeze(_ text: String) -> String {
        var output = ""
        var (isInString, isEscaped) = (false, false)
        for scalar in text.unicodeScalars {
            if isInString {
                // The line feed at the end is no part of a string that never ends.
                output.unicodeScalars.append(scalar)
                if isEscaped {
                    isEscaped = false
                } else if scalar == "\\" {
                    isEscaped = true
                } else if scalar == "\"" {
                    isInString = false
                }
            } else if !" \n\t\r".unicodeScalars.contains(scalar) {
                output.unicodeScalars.append(scalar)
                isInString = scalar == "\""
            }
        }
        if isInString { while output.last == "\n" { output.removeLast() } }
        return output
    }

    @Test("Colours are for names, strings, numbers and literals")
    func colours() {
        let layout = Self.layOut(#"{"a":["b",-1,null]}"#, colours: true)
        #expect(
            layout == """
                {
                  \u{1B}[1;34m"a"\u{1B}[0m: [
                    \u{1B}[32m"b"\u{1B}[0m,
                    \u{1B}[36m-1\u{1B}[0m,
                    \u{1B}[33mnull\u{1B}[0m
                  ]
                }

                """
        )
        var plain = JSONFormatter(indents: false, colours: true)
        let bytes = plain.process("{ \"a\" :1}\r\n".utf8) + plain.finish()
        #expect(
            String(decoding: bytes, as: UTF8.self) == "{ \u{1B}[1;34m\"a\"\u{1B}[0m :\u{1B}[36m1\u{1B}[0m}\r\n"
        )
    }

    @Test("Many brackets make no giant of a small text")
    func depth() {
        let depth = 2_000
        let layout = Self.layOut(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        #expect(layout.utf8.count < 2 * depth * (2 * JSONFormatter.maximumIndentation + 2))
        #expect(layout.hasSuffix("\n]\n"))
        let objects = Self.layOut(String(repeating: "{\"a\":", count: depth))
        #expect(objects.hasSuffix("\"a\": \n"))
    }
}
