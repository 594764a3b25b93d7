import HTTPTypes
import HTTPWire
import Testing

@Suite struct ContentDispositionTests {
    @Test(
        arguments: [
            ("attachment", "attachment", nil), ("INLINE; filename=a.txt", "inline", "a.txt"),
            ("attachment; filename=\"a \\\"b\\\".txt\"", "attachment", "a \"b\".txt"),
            ("attachment; filename=\"b\"; filename*=UTF-8''%e2%82%ac", "attachment", "\u{20AC}"),
            ("attachment; filename*=UTF-8''%e2%82; filename=\"b\"", "attachment", "b"),
            // C18: a byte order mark is removed from contents, not from the values of fields.
            ("attachment; filename*=UTF-8''%EF%BB%BFa", "attachment", "\u{FEFF}a"),
            ("attachment; filename*=iso-8859-1'en'%A3%20rates", "attachment", "\u{A3} rates"),
        ] as [(String, ContentDisposition.Kind, String?)]
    )
    func `is read (RFC 6266)`(_ text: String, _ kind: ContentDisposition.Kind, _ fileName: String?) throws {
        let disposition = try #require(ContentDisposition(text))
        #expect(disposition.kind == kind)
        #expect(disposition.fileName == fileName)
    }

    @Test(arguments: ["", ";", "attachment; filename", "attachment filename=a", "attachment; filename=\"a"])
    func `is nil when it is malformed`(_ text: String) {
        #expect(ContentDisposition(text) == nil)
    }

    @Test(
        arguments: [
            (nil, "attachment"), ("a.txt", "attachment; filename=\"a.txt\""),
            ("a b;c.txt", "attachment; filename=\"a b;c.txt\""),
            ("\u{20AC}.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%E2%82%AC.txt"),
            ("a\"b\\c%41", "attachment; filename=\"a_b_c_41\"; filename*=UTF-8''a%22b%5Cc%2541"),
            ("a\r\nSet-Cookie: b", "attachment; filename=\"a__Set-Cookie: b\""),
        ] as [(String?, String)]
    )
    func `is written so that every browser reads the same`(_ fileName: String?, _ text: String) throws {
        let disposition = ContentDisposition(.attachment, fileName: fileName)
        #expect(disposition.description == text)
        #expect(ContentDisposition(text)?.fileName == disposition.fileName)
        var fields = HTTPFields()
        fields.contentDisposition = disposition
        #expect(fields.contentDisposition == disposition)
    }
}
