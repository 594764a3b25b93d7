import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct ChunkedTests {
    static let wellFormed: [(String, data: String, trailers: [String], rest: String)] = [
        ("0\r\n\r\n", "", [], ""),
        ("0\r\n\r\nnext", "", [], "next"),
        ("000\r\n\r\n", "", [], ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /", "hello world", [], "GET /"),
        ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789", [], ""),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", [], ""),
        ("1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz", [], ""),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", [], ""),
        ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n", [], ""),
        ("5;a\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5;a=b\r\nhello\r\n0;c=d\r\n\r\n", "hello", [], ""),
        ("5;a=b;c;d=\"e\"\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5;a=\";\\\"\\\\ \t\u{FF}\"\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5;a=\"\"\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5 ; a = b\t;\tc\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5;a=\"b\" ;c\r\nhello\r\n0\r\n\r\n", "hello", [], ""),
        ("5;chunk-signature=0123456789abcdef\r\nhello\r\n0;chunk-signature=x\r\n\r\n", "hello", [], ""),
        ("0\r\nX: y\r\n\r\n", "", ["X=y"], ""),
        ("5\r\nhello\r\n0\r\nX: y\r\nZ:\t w \r\n\r\nnext", "hello", ["X=y", "Z=w"], "next"),
        ("0\r\nETag: \"a\"\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\n\r\n", "", ["ETag=\"a\""], ""),
        ("0\r\nAuthorization: a\r\nCache-Control: b\r\nDate: c\r\nLocation: d\r\n\r\n", "", [], ""),
    ]

    static let malformed: [(String, HTTPParseError.Reason)] = [
        ("\r\n", .invalidChunkSize), ("\n", .bareLineFeed), (" 5\r\n", .invalidChunkSize),
        ("\t5\r\n", .invalidChunkSize),
        ("5 \r\nhello", .invalidChunkExtension), ("5\t\r\nhello", .invalidChunkExtension),
        ("5  \r\nhello", .invalidChunkExtension), ("+5\r\n", .invalidChunkSize), ("-5\r\n", .invalidChunkSize),
        ("0x5\r\n", .invalidChunkSize), ("5h\r\n", .invalidChunkSize), ("g\r\n", .invalidChunkSize),
        ("x\r\n", .invalidChunkSize), ("5,\r\n", .invalidChunkSize), ("5.\r\n", .invalidChunkSize),
        ("5_0\r\n", .invalidChunkSize), (";a\r\n", .invalidChunkSize), ("\u{B}5\r\n", .invalidChunkSize),
        ("5\u{0}\r\n", .invalidChunkSize), ("\u{B2}\r\n", .invalidChunkSize), ("5 5\r\n", .invalidChunkExtension),
        ("8000000000000000\r\n", .invalidChunkSize), ("ffffffffffffffff\r\n", .invalidChunkSize),
        ("10000000000000005\r\n", .invalidChunkSize), ("00000000000000005\r\n", .invalidChunkSize),
        ("5\nhello\r\n0\r\n\r\n", .bareLineFeed), ("5\rhello\r\n0\r\n\r\n", .bareCarriageReturn),
        ("5\r\r\nhello", .bareCarriageReturn), ("5;a\nhello\r\n", .bareLineFeed),
        ("5;a\rhello\r\n", .bareCarriageReturn),
        ("5;\r\nhello", .invalidChunkExtension), ("5;;a\r\n", .invalidChunkExtension),
        ("5;a;\r\n", .invalidChunkExtension),
        ("5;a=\r\n", .invalidChunkExtension), ("5;=b\r\n", .invalidChunkExtension),
        ("5;a=b=c\r\n", .invalidChunkExtension),
        ("5;a b\r\n", .invalidChunkExtension), ("5;a=b c\r\n", .invalidChunkExtension),
        ("5;a \r\n", .invalidChunkExtension),
        ("5;a=b \r\n", .invalidChunkExtension), ("5;a=\"b\r\n", .invalidChunkExtension),
        ("5;a=\"b\\\r\n", .invalidChunkExtension), ("5;a=\"b\"c\r\n", .invalidChunkExtension),
        ("5;a=\"b\n\"\r\n", .bareLineFeed), ("5;a=\"\u{0}\"\r\n", .invalidChunkExtension),
        ("5;a=\"\u{7F}\"\r\n", .invalidChunkExtension), ("5;a\u{0}\r\n", .invalidChunkExtension),
        ("5;a\u{80}\r\n", .invalidChunkExtension), ("5;a=b=\"c\"\r\n", .invalidChunkExtension),
        ("5\r\nhello0\r\n\r\n", .malformedChunkEnd), ("5\r\nhello\n0\r\n\r\n", .malformedChunkEnd),
        ("5\r\nhello\r0\r\n\r\n", .malformedChunkEnd), ("5\r\nhello\r\r\n0\r\n\r\n", .malformedChunkEnd),
        ("5\r\nhello!\r\n0\r\n\r\n", .malformedChunkEnd), ("5\r\nhello\r\n\r\n", .invalidChunkSize),
        ("0\r\n\n", .bareLineFeed), ("0\r\n\rX", .bareCarriageReturn), ("0\n\n", .bareLineFeed),
        ("0\r\nX: y\n\r\n", .bareLineFeed), ("0\r\n X: y\r\n\r\n", .obsoleteLineFolding),
        ("0\r\nX: y\r\n z\r\n\r\n", .obsoleteLineFolding), ("0\r\nX : y\r\n\r\n", .whitespaceBeforeColon),
        ("0\r\n: y\r\n\r\n", .emptyFieldName), ("0\r\nX\r\n\r\n", .missingColon),
        ("0\r\nX: \u{0}\r\n\r\n", .invalidFieldValue),
        ("0\r\nX(: y\r\n\r\n", .invalidFieldName), ("0\r\nGET / HTTP/1.1\r\n\r\n", .whitespaceBeforeColon),
        ("0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer),
        ("0\r\ntransfer-encoding: chunked\r\n\r\n", .forbiddenTrailer),
        ("0\r\nHost: a\r\n\r\n", .forbiddenTrailer), ("0\r\nX: y\r\nConnection: close\r\n\r\n", .forbiddenTrailer),
        ("0\r\nUpgrade: a\r\n\r\n", .forbiddenTrailer), ("0\r\nExpect: 100-continue\r\n\r\n", .forbiddenTrailer),
    ]

    private static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    /// What a server is refused and a client takes: there is no request to smuggle in a response.
    static let lenient: [(String, data: String, trailers: [String])] = [
        ("5 \r\nhello\r\n0\r\n\r\n", "hello", []),
        ("5\t  \r\nhello\r\n0 \r\n\r\n", "hello", []),
        ("5;a \r\nhello\r\n0;a=b \r\n\r\n", "hello", []),
        ("0\r\nContent-Length: 5\r\nX: y\r\n\r\n", "", ["X=y"]),
        ("0\r\ntransfer-encoding: chunked\r\nConnection: close\r\n\r\n", "", []),
        ("0\r\nHost: a\r\nUpgrade: a\r\nExpect: 100-continue\r\nX: y\r\n\r\n", "", ["X=y"]),
        ("0\r\nX: y\r\n z\r\n\r\n", "", ["X=y z"]),
        ("0\r\nContent-Type: a\r\n b\r\nX: y\r\n\r\n", "", ["X=y"]),
    ]

    @Test(arguments: lenient)
    func `C18: in a response, blanks behind a size are taken, and trailers that must not be some left out`(
        _ text: String,
        _ data: String,
        _ trailers: [String]
    ) throws {
        let bytes = Array(text.utf8)
        for pieces in Pieces.ways(of: bytes) {
            let outcome = BodyOutcome.decode(pieces, isResponse: true)
            try #require(
                outcome == .complete(data, trailers: trailers, rest: ""),
                "in pieces of \(pieces.map(\.count))"
            )
        }
        guard case .failed = BodyOutcome.decode([bytes[...]]) else {
            Issue.record("a request with it is taken")
            return
        }
    }

    @Test(
        arguments: [
            "5 5\r\n", "5 ;\r\n", "5;a= \r\n", "5 \nhello", " 5\r\n", "0\r\n X: y\r\n\r\n", "0\r\nX : y\r\n\r\n",
        ]
    )
    func `C18: in a response, everything else stays refused`(_ text: String) {
        guard case .failed = BodyOutcome.decode([Array(text.utf8)[...]], isResponse: true) else {
            Issue.record("taken")
            return
        }
    }

    @Test(arguments: wellFormed.indices)
    func `accepts what keeps the rules`(_ index: Int) throws {
        let (text, data, trailers, rest) = Self.wellFormed[index]
        for pieces in Pieces.ways(of: Self.bytes(text)) {
            let outcome = BodyOutcome.decode(pieces)
            try #require(outcome == .complete(data, trailers: trailers, rest: rest), "\(text) \(pieces.map(\.count))")
        }
    }

    @Test(arguments: malformed)
    func `rejects what breaks them`(_ text: String, _ reason: HTTPParseError.Reason) throws {
        var first: BodyOutcome?
        for pieces in Pieces.ways(of: Self.bytes(text)) {
            let outcome = BodyOutcome.decode(pieces)
            guard case .failed(let error) = outcome else {
                Issue.record("\(outcome) in pieces of \(pieces.map(\.count))")
                return
            }
            try #require(error.reason == reason, "in pieces of \(pieces.map(\.count))")
            try #require(outcome == first ?? outcome, "the position depends on the pieces \(pieces.map(\.count))")
            first = outcome
        }
    }

    @Test func `a body that breaks off`() {
        for (text, _, _, rest) in Self.wellFormed {
            let bytes = Self.bytes(text).dropLast(rest.utf8.count)
            for count in 0..<bytes.count {
                guard case .incomplete = BodyOutcome.decode([bytes.prefix(count)]) else {
                    Issue.record("complete after \(count) bytes of \(text)")
                    continue
                }
                let outcome = BodyOutcome.decode([bytes.prefix(count)], atEnd: true)
                guard case .failed(let error) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(error.reason == .truncatedBody)
            }
        }
    }

    @Test func `limits apply`() {
        var limits = BodyLimits()
        limits.chunkExtensionBytes = 8
        limits.trailerBytes = 24
        limits.trailerCount = 2
        func reason(_ text: String) -> HTTPParseError.Reason? {
            if case .failed(let error) = BodyOutcome.decode([Array(text.utf8)[...]], limits: limits) {
                error.reason
            } else {
                nil
            }
        }
        #expect(reason("1;aaaaaaa\r\nx\r\n0;aaaaaaa\r\n\r\n") == nil)
        #expect(reason("1;aaaaaaaa\r\nx\r\n") == .chunkExtensionTooLong)
        #expect(reason("1\r\nx\r\n0;aaaaaaaa\r\n") == .chunkExtensionTooLong)
        #expect(reason("0\r\nX: y\r\nX: y\r\n\r\n") == nil)
        #expect(reason("0\r\nX: y\r\nX: y\r\nX: y\r\n\r\n") == .tooManyTrailers)
        #expect(reason("0\r\nX: 4567890123456789012\r\n\r\n") == .trailersTooLarge)
        #expect(reason("0\r\nX: 45678901234567890\r\n\r\n") == nil)
        #expect(reason("0\r\nXXXXXXXXXXXXXXXXXXXXXXXXXX") == .trailersTooLarge)
    }

    @Test func `throws the same error again`() {
        var decoder = BodyDecoder(framing: .chunked)
        var buffer = ByteBuffer(string: "x")
        let expected = HTTPParseError(.invalidChunkSize, at: 0)
        #expect(throws: expected) { try decoder.decode(&buffer) }
        buffer = ByteBuffer(string: "0\r\n\r\n")
        #expect(throws: expected) { try decoder.decode(&buffer) }
        #expect(throws: expected) { try decoder.finish() }
    }

    @Test func `positions count from the start of the body`() {
        guard
            case .failed(let first) = BodyOutcome.decode([Array("5\r\nhello\r\nx".utf8)[...]]),
            case .failed(let second) = BodyOutcome.decode([Array("5\r\nhello\r\n0\r\nX: y\r\nHost: a\r\n".utf8)[...]])
        else {
            Issue.record("accepted")
            return
        }
        #expect(first.position == 10)
        #expect(second.position == 19)
    }

    @Test func `writes what it reads`() throws {
        var buffer = ByteBuffer()
        buffer.writeChunk(ByteBuffer(string: "hello"))
        buffer.writeChunk(ByteBuffer())
        buffer.writeChunk(ByteBuffer(repeating: 0x61, count: 300))
        try buffer.writeLastChunk(trailers: [.eTag: "\"a\""])
        let text = String(buffer: buffer)
        #expect(text == "5\r\nhello\r\n12c\r\n\(String(repeating: "a", count: 300))\r\n0\r\nETag: \"a\"\r\n\r\n")
        #expect(
            BodyOutcome.decode([Array(text.utf8)[...]])
                == .complete("hello" + String(repeating: "a", count: 300), trailers: ["ETag=\"a\""], rest: "")
        )
    }

    @Test(arguments: [
        HTTPField.Name.contentLength, .transferEncoding, .connection, .trailer, .setCookie, .authorization,
    ])
    func `does not write forbidden trailers`(_ name: HTTPField.Name) {
        var buffer = ByteBuffer()
        #expect(throws: HTTPWriteError.self) { try buffer.writeLastChunk(trailers: [.eTag: "a", name: "1"]) }
        #expect(buffer.readableBytes == 0)
    }
}
