import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct MultipartParserTests {
    private typealias Part = MultipartOutcome.Part

    private static let plain = "Content-Disposition: form-data; name=\"a\""

    /// Contents with the boundary `b`, and the contents of their parts.
    static let wellFormed: [(String, contents: [String])] = [
        // As they should be.
        ("--b\r\n\(plain)\r\n\r\nhello\r\n--b--\r\n", ["hello"]),
        ("--b\r\n\(plain)\r\n\r\nhello\r\n--b\r\n\(plain)\r\n\r\nworld\r\n--b--\r\n", ["hello", "world"]),
        ("--b--\r\n", []), ("--b--", []), ("\r\n--b--\r\n", []),
        ("--b\r\n\(plain)\r\n\r\nx\r\n--b--", ["x"]),
        // What surrounds the parts.
        ("preamble\r\n--b\r\n\(plain)\r\n\r\nx\r\n--b--\r\nepilogue", ["x"]),
        ("--c\r\n--\r\n-b\r\n\r--b\r\n--b\r\n\(plain)\r\n\r\nx\r\n--b--\r\n--b\r\n\(plain)\r\n\r\ny\r\n--b--", ["x"]),
        ("\r\n\r\n--b\r\n\(plain)\r\n\r\nx\r\n--b--\r\n\r\n\r\n", ["x"]), ("\r\n\r\n--b--", []),
        ("Content-Type: a/b\r\n--\r\nconten\r\n--c\r\n\r\nContent-x\r\n--b\r\n\(plain)\r\n\r\nx\r\n--b--", ["x"]),
        ("--b \t \r\n\(plain)\r\n\r\nx\r\n--b\t\r\n\(plain)\r\n\r\ny\r\n--b-- \t\r\n", ["x", "y"]),
        // Empty parts, with and without a line end of their own, and parts without fields.
        ("--b\r\n\(plain)\r\n\r\n\r\n--b--", [""]), ("--b\r\n\(plain)\r\n\r\n--b--", [""]),
        ("--b\r\n\r\n--b\r\n\r\n\r\n--b\r\n\r\nx\r\n--b--", ["", "", "x"]),
        // Line ends belong to the content, but for the last.
        ("--b\r\n\(plain)\r\n\r\n\r\n\r\n\r\n--b--", ["\r\n\r\n"]), ("--b\r\n\(plain)\r\n\r\n\r\r\n--b--", ["\r"]),
        ("--b\r\n\(plain)\r\n\r\na\r\nb\nc\rd\r\r\n\n\r\n--b--", ["a\r\nb\nc\rd\r\r\n\n"]),
        // What looks like a boundary and is none.
        (
            "--b\r\n\(plain)\r\n\r\n--\r\n-\r\n--B\r\n--a\r\n --b\r\n\n--b\r--b--b\r\n--b--",
            [
                "--\r\n-\r\n--B\r\n--a\r\n --b\r\n\n--b\r--b--b"
            ]
        ),
        ("--b\r\n\(plain)\r\n\r\n\r\n-\r\n--\r\n\r\n--b--", ["\r\n-\r\n--\r\n"]),
        ("--b\r\n\(plain)\r\n\r\n-x\r\n--b--", ["-x"]), ("--b\r\n\(plain)\r\n\r\n-\r\n--b--", ["-"]),
        ("--b\r\n\(plain)\r\n\r\n\r\n\r\n--\r\n\r\r\n--b--", ["\r\n\r\n--\r\n\r"]),
        // A multipart content within a part.
        (
            "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--",
            ["--c\r\n\r\nx\r\n--c--"]
        ),
        // Fields that frame a message mean nothing here.
        ("--b\r\n\(plain)\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n--b--", ["x"]),
        // Any byte.
        (
            "--b\r\n\(plain)\r\n\r\n\u{0}\u{1}\u{7F}\u{80}\u{FE}\u{FF}\r\n--b--",
            ["\u{0}\u{1}\u{7F}\u{80}\u{FE}\u{FF}"]
        ),
    ]

    static let malformed: [(String, MultipartError)] = [
        // F9: what the sender has meant would be lost without a word.
        ("--c\r\n\(plain)\r\n\r\nx\r\n--c--\r\n--b--\r\n", .unexpectedBoundary),
        ("--c\r\n\(plain)\r\n\r\nx\r\n--b--\r\n", .unexpectedBoundary),
        ("--c\r\n\(plain)\r\n\r\nx\r\n--b\r\n\(plain)\r\n\r\ny\r\n--b--\r\n", .unexpectedBoundary),
        ("\r\n--c\r\ncontent-type: a/b\r\n\r\nx\r\n--b--", .unexpectedBoundary),
        ("text\r\n--c\r\nCONTENT-Disposition: x\r\n\r\nx\r\n--b--", .unexpectedBoundary),
        ("--b\n\(plain)\n\nx\n--b--\n", .malformedBoundaryLine),
        ("--B\r\n\(plain)\r\n\r\nx\r\n--b--", .unexpectedBoundary), (" --b\r\n\(plain)\r\n\r\nx\r\n--b--", .noParts),
        ("preamble\r\n--b--\r\n", .noParts), ("--c\r\n\r\nx\r\n--b--", .noParts), ("-\r\n--b--", .noParts),
        ("\(plain)\r\n\r\nx\r\n--b--", .noParts), ("a=b\r\n--b--", .noParts),
        ("", .noParts), ("hello", .noParts), ("\r\n--", .noParts), ("--c--\r\n", .noParts), ("\n--b\n", .noParts),
        ("-b\r\n", .noParts), ("x--b\r\n\(plain)\r\n\r\nx\r\n", .noParts),
        ("--b", .truncated), ("--b-", .truncated), ("--b\r", .truncated), ("--b\r\n", .truncated),
        ("--b\r\n\(plain)\r\n", .truncated), ("--b\r\n\(plain)\r\n\r\nx", .truncated),
        ("--b\r\n\(plain)\r\n\r\nx\r\n--b", .truncated), ("--b\r\n\(plain)\r\n\r\nx\r\n--b\r\n", .truncated),
        ("--b\r\n\(plain)\r\n\r\nx\r\n--b-", .truncated), ("--b\r\n\(plain)\r\n\r\nx\n--b--\n", .truncated),
        ("--bx\r\n", .malformedBoundaryLine), ("--b-\r\n", .malformedBoundaryLine),
        ("--b\n\(plain)", .malformedBoundaryLine), ("--b\rx", .malformedBoundaryLine),
        ("--b x\r\n", .malformedBoundaryLine), ("--b\r\n\(plain)\r\n\r\nx\r\n--b2", .malformedBoundaryLine),
        ("--b\r\n\(plain)\r\n\r\nx\r\n--b--x", .malformedBoundaryLine), ("--b--\rx", .malformedBoundaryLine),
        ("--b--\n", .malformedBoundaryLine), ("--b--\r", .malformedBoundaryLine), ("--b---", .malformedBoundaryLine),
        ("--b\(String(repeating: " ", count: 257))\r\n", .malformedBoundaryLine),
        ("--b\r\n\(plain)\n\r\nx\r\n--b--", .malformedHead(.bareLineFeed)),
        ("--b\r\n\(plain)\rX: y\r\n\r\nx\r\n--b--", .malformedHead(.bareCarriageReturn)),
        ("--b\r\n\(plain)\r\n x\r\n\r\nx\r\n--b--", .malformedHead(.obsoleteLineFolding)),
        ("--b\r\nA : b\r\n\r\nx\r\n--b--", .malformedHead(.whitespaceBeforeColon)),
        ("--b\r\n: b\r\n\r\nx\r\n--b--", .malformedHead(.emptyFieldName)),
        ("--b\r\nA\r\n\r\nx\r\n--b--", .malformedHead(.missingColon)),
        ("--b\r\nA: \u{0}\r\n\r\nx\r\n--b--", .malformedHead(.invalidFieldValue)),
        ("--b\r\n--b--\r\n", .malformedHead(.missingColon)),
    ]

    private static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    @Test(arguments: wellFormed.indices)
    func `accepts what keeps the rules, however it is cut`(_ index: Int) throws {
        let (text, contents) = Self.wellFormed[index]
        for pieces in Pieces.ways(of: Self.bytes(text)) {
            guard case .complete(let parts) = MultipartOutcome.parse(pieces, boundary: "b") else {
                Issue.record("\(text.debugDescription) in pieces of \(pieces.map(\.count))")
                return
            }
            try #require(parts.map(\.content) == contents, "in pieces of \(pieces.map(\.count))")
        }
    }

    @Test(arguments: malformed.indices)
    func `rejects what breaks them, however it is cut`(_ index: Int) throws {
        let (text, error) = Self.malformed[index]
        for pieces in Pieces.ways(of: Self.bytes(text)) {
            let outcome = MultipartOutcome.parse(pieces, boundary: "b")
            try #require(outcome == .failed(error), "\(text.debugDescription) in pieces of \(pieces.map(\.count))")
        }
        #expect(error.status == .badRequest)
        #expect(error.description.hasSuffix(".") || error.description.hasSuffix(")"))
    }

    @Test func `finds long boundaries in what is nearly one`() throws {
        let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
        var content = ""
        for count in 0..<boundary.utf8.count { content += "\r\n--\(boundary.prefix(count))" }
        for count in 0..<4 { content += "\r\n--\(boundary)".prefix(count) }
        let text = "--\(boundary)\r\n\r\n\(content)\r\n--\(boundary)--\r\n"
        for pieces in Pieces.ways(of: Self.bytes(text)) {
            let outcome = MultipartOutcome.parse(pieces, boundary: boundary)
            try #require(outcome == .complete([Part(head: [], content: content)]), "\(pieces.map(\.count))")
        }
    }

    @Test func `hands content out without copying or gathering it`() throws {
        var parser = MultipartParser(boundary: try MultipartBoundary("b"))
        var buffer = ByteBuffer(string: "--b\r\n\r\n")
        guard case .head = try parser.parse(&buffer) else {
            Issue.record("no head")
            return
        }
        let line = String(repeating: "x", count: 78) + "\r\n"
        buffer = ByteBuffer(string: String(repeating: line, count: 1_000))
        guard case .content(let bytes) = try parser.parse(&buffer) else {
            Issue.record("no content")
            return
        }
        // All of it but the line end, behind which a boundary may come.
        #expect(bytes.readableBytes == 79_998)
        guard case .needsMoreBytes = try parser.parse(&buffer) else {
            Issue.record("more")
            return
        }
    }

    @Test func `limits apply, however the content is cut`() throws {
        func check(_ text: String, _ expected: MultipartError?, _ change: (inout MultipartLimits) -> Void) throws {
            var limits = MultipartLimits()
            change(&limits)
            for pieces in Pieces.ways(of: Self.bytes(text)) {
                let outcome = MultipartOutcome.parse(pieces, boundary: "b", limits: limits)
                if let expected {
                    try #require(outcome == .failed(expected), "in pieces of \(pieces.map(\.count))")
                } else if case .failed(let error) = outcome {
                    Issue.record("\(error) in pieces of \(pieces.map(\.count))")
                    return
                }
            }
        }
        let two = "--b\r\n\r\nx\r\n--b\r\nA: b\r\n\r\ny\r\n--b--\r\n"
        try check(two, nil) { $0.partCount = 2 }
        try check(two, .tooManyParts(limit: 1)) { $0.partCount = 1 }
        try check(two, nil) { $0.headBytes = 8 }
        try check(two, .headTooLarge(limit: 7)) { $0.headBytes = 7 }
        try check(two, .tooManyFields(limit: 0)) { $0.fieldCount = 0 }
        try check(two, nil) { $0.totalBytes = two.utf8.count }
        for limit in 0..<two.utf8.count { try check(two, .tooLarge(limit: limit)) { $0.totalBytes = limit } }
        try check("abc\r\n\(two)", nil) { $0.surroundingBytes = 3 }
        try check("abcd\r\n\(two)", .tooMuchAround(limit: 3)) { $0.surroundingBytes = 3 }
        // The limit is reached before the line that gives the other boundary away, or behind it.
        let other = "--c\r\n\(Self.plain)\r\n\r\nx\r\n--b--"
        try check(other, .tooMuchAround(limit: 12)) { $0.surroundingBytes = 12 }
        try check(other, .unexpectedBoundary) { $0.surroundingBytes = 13 }
        try check(other, .tooMuchAround(limit: -1)) { $0.surroundingBytes = -1 }
        try check("\(two)abc", nil) { $0.surroundingBytes = 3 }
        try check(two, nil) { $0.surroundingBytes = -1 }
        try check("\(two)abcd", .tooMuchAround(limit: 3)) { $0.surroundingBytes = 3 }
        try check(two, .tooManyParts(limit: -1)) { $0.partCount = -1 }
    }

    @Test func `throws the same error again`() throws {
        var parser = MultipartParser(boundary: try MultipartBoundary("b"))
        var buffer = ByteBuffer(string: "--bx")
        #expect(throws: MultipartError.malformedBoundaryLine) { try parser.parse(&buffer) }
        buffer = ByteBuffer(string: "--b--\r\n")
        #expect(throws: MultipartError.malformedBoundaryLine) { try parser.parse(&buffer) }
        #expect(throws: MultipartError.malformedBoundaryLine) { try parser.finish() }
    }

    @Test(
        arguments: [
            ("multipart/form-data; boundary=b", nil), ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"", nil),
            ("multipart/form-data", .missingBoundary), ("multipart/form-data; boundary=\"\"", .invalidBoundary("")),
            ("multipart/form-data; boundary=\"a \"", .invalidBoundary("a ")),
            ("multipart/form-data; boundary=\"a\tb\"", .invalidBoundary("a\tb")),
            ("multipart/form-data; boundary=\"\u{FC}\"", .invalidBoundary("\u{FC}")),
            (
                "multipart/form-data; boundary=\(String(repeating: "x", count: 71))",
                .invalidBoundary(String(repeating: "x", count: 71))
            ),
            ("multipart/mixed; boundary=b", .unsupportedMediaType(wanted: "multipart/form-data")),
            ("text/plain", .unsupportedMediaType(wanted: "multipart/form-data")),
            ("nonsense", .unsupportedMediaType(wanted: "multipart/form-data")),
        ] as [(String, MultipartError?)]
    )
    func `takes the boundary from the media type`(_ type: String, _ expected: MultipartError?) {
        do throws(MultipartError) {
            let boundary = try MultipartBoundary(of: MediaType(type), expecting: "multipart/form-data")
            #expect(expected == nil && ["b", "a b"].contains(boundary.description))
        } catch {
            #expect(error == expected)
            #expect(error.status == (type.hasPrefix("multipart/form") ? .badRequest : .unsupportedMediaType))
        }
    }
}
