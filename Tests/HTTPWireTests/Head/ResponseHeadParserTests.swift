import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct ResponseHeadParserTests {
    struct Case: Sendable, CustomStringConvertible {
        var text: String
        var method = HTTPRequest.Method.get
        var status = 200
        var reason = "OK"
        var version = HTTPVersion.http1_1
        var framing = BodyFraming.untilClose
        var isPersistent = true
        var fields: [String]?
        var rest = ""

        init(_ text: String, _ change: (inout Case) -> Void = { _ in }) {
            self.text = text
            change(&self)
        }

        var bytes: [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
        var description: String { text }
    }

    static let wellFormed: [Case] = [
        .init("HTTP/1.1 200 OK\r\n\r\n") { $0.isPersistent = false },
        .init("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") {
            $0.framing = .contentLength(5)
            $0.rest = "hello"
        },
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") { $0.framing = .chunked },
        .init("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
            $0.isPersistent = false
            $0.fields = ["Connection=close", "Content-Length=0"]
        },
        .init("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
            $0.isPersistent = false
            $0.version = .http1_0
        },
        .init("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
            $0.version = .http1_0
        },
        .init("HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n") { $0.framing = .contentLength(0) },
        .init("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
            $0.reason = ""
        },
        .init("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
            $0.reason = ""
        },
        .init("HTTP/1.1 404 Not  Found \t!\u{E9}\r\nContent-Length: 0\r\n\r\n") {
            $0.status = 404
            $0.framing = .contentLength(0)
            $0.reason = "Not  Found \t!\u{E9}"
        },
        .init("HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n") {
            $0.status = 999
            $0.framing = .contentLength(0)
            $0.reason = "No"
        },
        .init("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1") {
            $0.status = 100
            $0.reason = "Continue"
            $0.framing = .none
            $0.rest = "HTTP/1.1"
        },
        .init("HTTP/1.1 101 OK\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n") {
            $0.status = 101
            $0.framing = .none
        },
        .init("HTTP/1.1 204 OK\r\n\r\n") {
            $0.status = 204
            $0.framing = .none
        },
        .init("HTTP/1.1 204 OK\r\nContent-Length: 0\r\n\r\n") {
            $0.status = 204
            $0.framing = .none
        },
        .init("HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n") {
            $0.status = 204
            $0.framing = .none
            $0.isPersistent = false
        },
        .init("HTTP/1.1 103 OK\r\nTransfer-Encoding: chunked\r\n\r\n") {
            $0.status = 103
            $0.framing = .none
            $0.isPersistent = false
        },
        .init("HTTP/1.1 304 OK\r\nContent-Length: 5\r\n\r\n") {
            $0.status = 304
            $0.framing = .none
        },
        .init("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") {
            $0.method = .head
            $0.framing = .none
        },
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") {
            $0.method = .head
            $0.framing = .none
        },
        .init("HTTP/1.1 299 OK\r\nContent-Length: 5\r\n\r\n") {
            $0.status = 299
            $0.method = .connect
            $0.framing = .none
        },
        .init("HTTP/1.1 400 OK\r\nContent-Length: 5\r\n\r\n") {
            $0.status = 400
            $0.method = .connect
            $0.framing = .contentLength(5)
        },
        .init("HTTP/1.1 200 OK\r\nHost: a b\r\nHost: c\r\nContent-Length: 0\r\n\r\n") {
            $0.framing = .contentLength(0)
        },
    ]

    static let malformed: [(String, HTTPParseError.Reason)] = [
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", .invalidVersion),
        (" HTTP/1.1 200 OK\r\n\r\n", .invalidVersion),
        ("http/1.1 200 OK\r\n\r\n", .invalidVersion),
        ("HTTP/1.x 200 OK\r\n\r\n", .invalidVersion),
        ("HTTP/1.10 200 OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1 200 OK\r\n\r\n", .invalidVersion),
        ("ICY 200 OK\r\n\r\n", .invalidVersion),
        ("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
        ("HTTP/0.9 200 OK\r\n\r\n", .unsupportedVersion),
        ("HTTP/1.1\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1  200 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1\t200 OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 20 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 2000 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 099 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 000 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 +20 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 -20 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 2x0 OK\r\n\r\n", .invalidStatusCode),
        ("HTTP/1.1 200OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 200\tOK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 200 O\u{0}K\r\n\r\n", .invalidReasonPhrase),
        ("HTTP/1.1 200 O\u{7F}K\r\n\r\n", .invalidReasonPhrase),
        ("HTTP/1.1 200 O\rK\r\n\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200 OK\r\r\n\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200\rOK\r\n\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200 OK\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\n\tX: y\r\nX: y\r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\nX: y\r\n z\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\nX: y\r\n z\rContent-Length: 0\r\n\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200 OK\r\nX: y\r\n \u{0}\r\n\r\n", .invalidFieldValue),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 0\r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n \r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\nContent-Length:\r\n 1\r\n\r\n", .invalidContentLength),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n ,gzip\r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", .invalidTransferEncoding),
        ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .whitespaceBeforeColon),
        ("HTTP/1.1 200 OK\r\nX: y\u{B}\r\n\r\n", .invalidFieldValue),
        ("HTTP/1.1 200 OK\r\nX\r\n\r\n", .missingColon),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", .invalidContentLength),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", .invalidContentLength),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .conflictingContentLength),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .contentLengthWithTransferEncoding
        ),
        (
            "HTTP/1.1 304 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .contentLengthWithTransferEncoding
        ),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", .chunkedNotFinal),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unknownTransferCoding),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .chunkedNotFinal),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .chunkedRepeated),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;a\r\n\r\n", .invalidTransferEncoding),
    ]

    @Test(arguments: wellFormed)
    func `accepts what keeps the rules`(_ expected: Case) throws {
        for pieces in Pieces.ways(of: expected.bytes) {
            guard case .response(let head, let rest) = HeadOutcome.response(pieces, to: expected.method) else {
                Issue.record("rejected in pieces of \(pieces.map(\.count))")
                return
            }
            #expect(head.statusCode == expected.status)
            #expect(head.reasonPhrase == expected.reason)
            #expect(head.version == expected.version)
            #expect(head.framing == expected.framing)
            #expect(head.isPersistent == expected.isPersistent)
            #expect(head.offersUpgrade == (expected.status == 101))
            if let fields = expected.fields { #expect(head.fields == fields) }
            #expect(rest.elementsEqual(expected.rest.utf8))
        }
    }

    @Test(arguments: malformed)
    func `rejects what breaks them`(_ text: String, _ reason: HTTPParseError.Reason) throws {
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        var first: HeadOutcome?
        for pieces in Pieces.ways(of: bytes) {
            let outcome = HeadOutcome.response(pieces)
            try #require(outcome.reason == reason, "in pieces of \(pieces.map(\.count))")
            try #require(outcome == first ?? outcome, "the position depends on the pieces \(pieces.map(\.count))")
            first = outcome
        }
    }

    @Test(
        "C12: a folded field is unfolded (RFC 9112 section 5.2)",
        arguments: [
            ("X: a\r\n b\r\n", ["X=a b"]),
            ("X: a \r\n\t b \r\n", ["X=a b"]),
            ("X: a\r\n b\r\n  c\r\nY: d\r\n", ["X=a b c", "Y=d"]),
            ("X:\r\n a\r\n", ["X=a"]),
            ("X:\r\n\ta\r\n b\r\n", ["X=a b"]),
            ("X: a\r\n \r\n", ["X=a"]),
            ("X: a\r\n \r\n b\r\n", ["X=a b"]),
            ("X: a\r\n Y: b\r\n", ["X=a Y: b"]),
            ("X: a\r\n \u{E9}\r\nX: \"b\r\n c\"\r\n", ["X=a \u{E9}", "X=\"b c\""]),
            ("Set-Cookie: a=b;\r\n Secure;\r\n\tPath=/\r\n", ["Set-Cookie=a=b; Secure; Path=/"]),
            ("A: 1\r\nLocation: /a\r\n /b\r\nZ: 2\r\n", ["A=1", "Location=/a /b", "Z=2"]),
        ] as [(String, [String])]
    )
    func unfolding(lines: String, fields: [String]) throws {
        let text = "HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\nrest"
        for pieces in Pieces.ways(of: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) {
            guard case .response(let head, let rest) = HeadOutcome.response(pieces) else {
                Issue.record("rejected in pieces of \(pieces.map(\.count))")
                return
            }
            #expect(head.fields == fields + ["Content-Length=0"])
            #expect(rest.elementsEqual("rest".utf8))
        }
    }

    @Test func `C12: the pieces of a folded Connection all count`() throws {
        let text = "HTTP/1.1 200 OK\r\nConnection: x,\r\n close\r\nContent-Length: 0\r\n\r\n"
        for pieces in Pieces.ways(of: Array(text.utf8)) {
            guard case .response(let head, _) = HeadOutcome.response(pieces) else {
                Issue.record("rejected in pieces of \(pieces.map(\.count))")
                return
            }
            #expect(!head.isPersistent)
            #expect(head.fields == ["Connection=x, close", "Content-Length=0"])
        }
    }

    @Test func `C18: a response may have 1000 fields`() throws {
        func outcome(_ count: Int) -> HeadOutcome {
            let lines = String(repeating: "Set-Cookie: a=b\r\n", count: count)
            return .response([Array("HTTP/1.1 200 OK\r\n\(lines)\r\n".utf8)[...]], limits: .responses)
        }
        guard case .response(let head, _) = outcome(1000) else {
            Issue.record("rejected")
            return
        }
        #expect(head.fields.count == 1000)
        #expect(outcome(1001).reason == .tooManyFields)
    }

    @Test func `limits apply`() {
        var limits = HeadLimits()
        limits.startLineBytes = 20
        limits.headBytes = 60
        limits.fieldCount = 1
        func reason(_ text: String) -> HTTPParseError.Reason? {
            HeadOutcome.response([Array(text.utf8)[...]], limits: limits).reason
        }
        #expect(reason("HTTP/1.1 200 \(String(repeating: "a", count: 7))\r\n\r\n") == nil)
        #expect(reason("HTTP/1.1 200 \(String(repeating: "a", count: 8))\r\n\r\n") == .statusLineTooLong)
        #expect(reason("HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 50))") == .headTooLarge)
        #expect(reason("HTTP/1.1 200 OK\r\nX: y\r\nX: y\r\n\r\n") == .tooManyFields)
    }

    @Test func `interim responses come before the final one`() throws {
        var parser = ResponseHeadParser()
        var buffer = ByteBuffer(
            string: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
        )
        #expect(try parser.parse(&buffer, requestMethod: .get)?.status == .earlyHints)
        #expect(try parser.parse(&buffer, requestMethod: .get)?.status == .ok)
        #expect(String(buffer: buffer) == "x")
        #expect(!parser.hasStarted)
    }
}
