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
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test("all bytes")
    func bytes() {
        #expect(Base64.encode([0x00]) == "AA==")
        #expect(Base64.encode([0xFF, 0xFF, 0xFF]) == "////")
        #expect(Base64.encode([0xFB, 0xEF, 0xBE]) == "++++")
    }

    @Test("all bytes, decoded again")
    func roundTrip() {
        for length in 0...5 {
            for byte in UInt8.min...UInt8.max {
                let bytes = [UInt8](repeating: byte, count: length)
                #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            }
        }
    }

    @Test(
        "what no bytes are encoded as",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm8", "Zm9=", "Zm8==", "=", "==", "====", "Zg==Zg==", "Zm=v", "Zm9v=",
            "Zm9v====", "Zm9v\n", " Zm9v", "Zm-_", "Zm9\u{E9}",
        ]
    )
    func malformed(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
