import Testing

@testable import HTTPWire

@Suite("Secrets")
struct SecretTextTests {
    @Test("match themselves only")
    func matching() {
        let texts = [
            "", "\u{0}", "a", "b", "A", "aa", "ab", "ba", "a\u{0}", "a\u{0}\u{0}", "open sesame", "open sesamf",
            "open sesame ", "Open sesame", "pen sesame", "\u{E9}", "e\u{301}", "\u{10FFFF}",
            String(repeating: "a", count: 255), String(repeating: "a", count: 256), String(repeating: "a", count: 257),
        ]
        for (index, secret) in texts.enumerated() {
            for (other, text) in texts.enumerated() {
                #expect(SecretText(secret).matches(text) == (index == other), "\(secret.debugDescription) \(text)")
            }
        }
    }

    @Test("differ in each bit")
    func bits() {
        let secret = SecretText("0123456789")
        for index in 0..<10 {
            for bit in 0..<7 {
                var bytes = Array("0123456789".utf8)
                bytes[index] ^= 1 << bit
                #expect(!secret.matches(String(decoding: bytes, as: UTF8.self)))
            }
        }
    }

    @Test("are not shown")
    func description() {
        let secret = SecretText("sesame")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("sesame")) }
    }
}
