import Testing

@testable import HTTPWire

@Suite("Base64 (RFC 4648)")
struct Base64Tests {
    @Test(
        "the vectors of section 10, and the last two digits",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/"),
        ]
    )
    func vectors(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
    }

    @Test("all bytes")
    func bytes() {
        #expect(Base64.encode([0x00]) == "AA==")
        #expect(Base64.encode([0xFF, 0xFF, 0xFF]) == "////")
        #expect(Base64.encode([0xFB, 0xEF, 0xBE]) == "++++")
    }
}
