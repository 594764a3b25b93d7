import NIOCore
import Testing

@testable import Martlet

@Suite("The place at which JSON is malformed (RFC 8259)")
struct JSONFaultTests {
    private func fault(_ text: String) -> String? {
        JSONFault.first(in: ByteBuffer(string: text)).map { "\($0.reason) \($0.line):\($0.column)" }
    }

    @Test(
        "is found",
        arguments: [
            ("", "the end comes too early 1:1"), ("{", "the end comes too early 1:2"),
            ("[1,]", "unexpected \"]\" 1:4"), ("[1 2]", "unexpected \"2\" 1:4"), ("{\"a\"}", "unexpected \"}\" 1:5"),
            ("{\"a\":1,}", "unexpected \"}\" 1:8"), ("{a:1}", "unexpected \"a\" 1:2"),
            ("{'a':1}", "unexpected \"'\" 1:2"),
            ("1 1", "unexpected \"1\" 1:3"), ("01", "unexpected \"1\" 1:2"), ("-", "the end comes too early 1:2"),
            ("1.", "the end comes too early 1:3"), ("1.e1", "unexpected \"e\" 1:3"), ("+1", "unexpected \"+\" 1:1"),
            ("1e", "the end comes too early 1:3"),
            ("nul", "the end comes too early 1:4"), ("nuLl", "unexpected \"L\" 1:3"),
            ("\"a", "the end comes too early 1:3"), ("\"\\x\"", "an invalid escape in a string 1:3"),
            ("\"\\u12G4\"", "an invalid escape in a string 1:4"), ("\"\\", "the end comes too early 1:3"),
            ("\"\n\"", "a control character in a string 1:2"), ("\u{E9}", "an unexpected character 1:1"),
            ("{\r\n  \"\u{1F600}\u{E9}\": \u{0},\r\n}", "an unexpected character 2:9"),
            ("\"\"\"", "an unexpected quotation mark 1:3"),
            (String(repeating: "[", count: 513), "too many nested values 1:513"),
            (String(repeating: "[", count: 100_000), "too many nested values 1:513"),
        ]
    )
    func faults(text: String, expected: String) {
        #expect(fault(text) == expected)
    }

    @Test(
        "is nowhere in JSON",
        arguments: [
            "0", " -0.5e+10 ", "[]", "{}", "[ ]", "{ }", "\"\\u00e9\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "true", "false",
            "null",
            "{\"a\":[1,{\"b\":null}],\"\":\"\u{FC}\"}", "\t\r\n[1E-2 , 2]\n",
            String(repeating: "[", count: 512) + String(repeating: "]", count: 512),
        ]
    )
    func none(text: String) {
        #expect(fault(text) == nil)
        let value = try? JSONFormat.standard.decode(JSONValue.self, from: ByteBuffer(string: text))
        #expect(value != nil)
    }

    @Test("is found where the decoder finds one, for texts that are cut or changed")
    func changed() {
        let text = Array(#" {"a": [1, -2.5e3, true, null, "x\u00e9\n"], "b": {"c": {}}} "#.utf8)
        for index in text.indices {
            let variants = #"{}[],:"\x0-. "#.utf8.map { byte in
                var changed = text
                changed[index] = byte
                return changed
            }
            for bytes in [Array(text[..<index])] + variants {
                let content = ByteBuffer(bytes: bytes)
                let isDecoded = (try? JSONFormat.standard.decode(JSONValue.self, from: content)) != nil
                #expect(isDecoded == (JSONFault.first(in: content) == nil), "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }
}
