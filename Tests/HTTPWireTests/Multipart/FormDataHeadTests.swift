import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite struct FormDataHeadTests {
    /// The head that these lines make, as the parser reads them; characters are bytes of the same number.
    private func head(
        _ lines: String...,
        limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) -> FormDataHead {
        var parser = MultipartParser(boundary: try MultipartBoundary("b"), limits: limits)
        let text = "--b\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        var buffer = ByteBuffer(bytes: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        guard case .head(let fields) = try parser.parse(&buffer) else { throw .truncated }
        return try FormDataHead(fields, limits: limits)
    }

    /// UTF-8, each byte a character.
    private static func utf8(_ text: String) -> String {
        text.utf8.map { String(Unicode.Scalar($0)) }.joined()
    }

    static let names: [(String, name: String, fileName: String?)] = [
        ("form-data; name=\"a\"", "a", nil), ("form-data; name=a", "a", nil), ("Form-Data;NAME=\"a\"", "a", nil),
        ("form-data; name=\"\"", "", nil), ("form-data; name=\"a\"; filename=\"\"", "a", ""),
        ("form-data ; ; name=\"a\" ; filename=\"b.txt\" ;", "a", "b.txt"),
        ("form-data; filename=\"b.txt\"; name=\"a\"", "a", "b.txt"),
        // Chrome, Firefox and Safari today, and curl 7.81 and later: percent-encoding of three characters only.
        ("form-data; name=\"a%22b\"; filename=\"x%0D%0Ay%22.txt\"", "a\"b", "x\r\ny\".txt"),
        ("form-data; name=\"100%\"; filename=\"%41%2F%2e%zz%2\"", "100%", "%41%2F%2e%zz%2"),
        (utf8("form-data; name=\"gr\u{FC}n\"; filename=\"\u{1F600}.png\""), "gr\u{FC}n", "\u{1F600}.png"),
        // Firefox and curl as they were: a backslash before quotes.
        ("form-data; name=\"a\\\"b\"; filename=\"x\\\\y\\\"z.txt\"", "a\"b", "x\\y\"z.txt"),
        // Internet Explorer: the whole path, as it is.
        ("form-data; name=\"a\"; filename=\"C:\\Users\\new\\b.txt\"", "a", "C:\\Users\\new\\b.txt"),
        // Bytes that are not UTF-8.
        ("form-data; name=\"gr\u{FC}n\"; filename=\"\u{E9}.txt\"", "gr\u{FC}n", "\u{E9}.txt"),
        // Separators within quotes, and values without quotes that are no tokens.
        ("form-data; name=\"a;b=c\"; filename=\"x; y.txt\"", "a;b=c", "x; y.txt"),
        ("form-data; name=a b ; filename=C:\\x y.txt", "a b", "C:\\x y.txt"),
        // RFC 8187, which goes first.
        ("form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac%20rates.txt", "a", "\u{20AC} rates.txt"),
        ("form-data; name=\"a\"; filename=\"b\"; filename*=iso-8859-1'en'%A3", "a", "\u{A3}"),
        ("form-data; name=\"a\"; filename*=utf-8''c; filename=\"b\"", "a", "c"),
        // Extended values that can't be read don't count.
        ("form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8''%ff", "a", "b"),
        ("form-data; name=\"a\"; filename=\"b\"; filename*=koi8-r''c", "a", "b"),
        ("form-data; name=\"a\"; filename=\"b\"; filename*=c", "a", "b"),
        ("form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8''%zz", "a", "b"),
    ]

    @Test(arguments: names.indices)
    func `reads names as their senders write them`(_ index: Int) throws {
        let (value, name, fileName) = Self.names[index]
        let head = try head("Content-Disposition: \(value)")
        #expect(head.name == name)
        #expect(head.fileName == fileName)
        #expect(head.isFile == (fileName != nil))
    }

    @Test(arguments: [
        "form-data", "form-data; filename=\"b\"", "attachment; name=\"a\"", "name=\"a\"", "", "form-data; name",
        "form-data; name=", "form-data; name=\"a", "form-data; name=\"a\\\"", "form-data; name=\"a\"b",
        "form-data; name=\"a\" b", "form-data, name=\"a\"", "form-data; name=\"a\"; name=\"b\"",
        "form-data; name=\"a\"; filename=\"b\"; FileName=\"c\"", "form-data; =\"a\"", "form-data; name=a\"b\"",
    ])
    func `refuses what is malformed or ambiguous`(_ value: String) {
        #expect {
            try head("Content-Disposition: \(value)")
        } throws: { error in
            guard case MultipartError.malformedContentDisposition(let text)? = error as? MultipartError else {
                return false
            }
            return text.hasPrefix("A part") || text.hasPrefix("The Content-Disposition")
        }
    }

    @Test func `refuses a head with none of it, or two`() {
        #expect(throws: MultipartError.self) { try head("Content-Type: text/plain") }
        #expect(throws: MultipartError.self) {
            try head("Content-Disposition: form-data; name=a", "Content-Disposition: form-data; name=b")
        }
    }

    @Test(
        arguments: [
            (nil, nil, true), ("text/plain", "text/plain", true), ("text/csv; charset=UTF-8", "text/csv", true),
            ("application/json", "application/json", true),
            ("application/octet-stream", "application/octet-stream", false),
            ("image/png", "image/png", false), ("nonsense", nil, false),
        ] as [(String?, String?, Bool)]
    )
    func `knows text by its media type`(_ type: String?, _ essence: String?, _ isText: Bool) throws {
        let disposition = "Content-Disposition: form-data; name=a"
        let head = try type.map { try self.head("Content-Type: \($0)", disposition) } ?? self.head(disposition)
        #expect(head.mediaType?.essence == essence)
        #expect(head.isText == isText)
    }

    @Test func `refuses transfer encodings that would have to be undone`() throws {
        for encoding in ["7bit", "8BIT", "binary"] {
            _ = try head("Content-Disposition: form-data; name=a", "Content-Transfer-Encoding: \(encoding)")
        }
        for encoding in ["base64", "quoted-printable", "x-uuencode", ""] {
            let error = MultipartError.unsupportedTransferEncoding(encoding)
            #expect(throws: error) {
                try head("Content-Disposition: form-data; name=a", "Content-Transfer-Encoding: \(encoding)")
            }
            #expect(error.status == .unsupportedMediaType)
        }
    }

    @Test func `names have a limit`() throws {
        var limits = MultipartLimits()
        limits.nameBytes = 4
        #expect(try head("Content-Disposition: form-data; name=abcd; filename=abcd", limits: limits).name == "abcd")
        #expect(throws: MultipartError.nameTooLong(limit: 4)) {
            try head("Content-Disposition: form-data; name=abcde", limits: limits)
        }
        #expect(throws: MultipartError.nameTooLong(limit: 4)) {
            try head("Content-Disposition: form-data; name=a; filename=\"\u{FC}\u{FC}\u{FC}\"", limits: limits)
        }
    }
}
