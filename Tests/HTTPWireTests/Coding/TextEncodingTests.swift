import HTTPWire
import NIOCore
import Testing

@Suite struct TextEncodingTests {
    @Test(
        arguments: [
            ("UTF-8", [0x67, 0xC3, 0xBC], "g\u{FC}"), ("utf8", [0xC3], nil), ("us-ascii", [0x61], "a"),
            ("ascii", [0x80], nil), ("ISO-8859-1", [0x67, 0xFC, 0x80], "g\u{FC}\u{80}"), ("latin1", [], ""),
            ("windows-1252", [0x80, 0x93, 0xFC, 0x81], "\u{20AC}\u{201C}\u{FC}\u{81}"),
            ("CP1252", [0x9F, 0x99], "\u{178}\u{2122}"),
            ("utf-16", [0x00, 0x61, 0xD8, 0x3D, 0xDE, 0x00], "a\u{1F600}"),
            ("utf-16", [0xFF, 0xFE, 0x61, 0x00], "a"), ("utf-16", [0xFE, 0xFF, 0x00, 0x61], "a"),
            ("utf-16le", [0x61, 0x00], "a"), ("utf-16be", [0x00, 0x61], "a"), ("utf-16be", [0x00], nil),
            ("utf-16be", [0xD8, 0x00], nil), ("utf-16le", [], ""),
        ] as [(String, [UInt8], String?)]
    )
    func `decodes, or says that it can't`(_ charset: String, _ bytes: [UInt8], _ text: String?) throws {
        let encoding = try #require(TextEncoding(charset: charset))
        #expect(encoding.string(from: bytes) == text)
        #expect(encoding.string(from: ByteBuffer(bytes: bytes)) == text)
    }

    @Test func `has names that it knows itself`() {
        for encoding in TextEncoding.allCases { #expect(TextEncoding(charset: encoding.charset) == encoding) }
        #expect(TextEncoding(charset: "koi8-r") == nil)
        #expect(TextEncoding(charset: "") == nil)
    }
}
