import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct RequestHeadParserTests {
    @Test(arguments: MalformedRequests.all)
    func `rejects what breaks a rule`(_ request: MalformedRequest) throws {
        var first: HeadOutcome?
        for pieces in Pieces.ways(of: request.bytes) {
            let outcome = HeadOutcome.request(pieces, limits: request.limits)
            let error = try #require(outcome.reason, "in pieces of \(pieces.map(\.count))")
            try #require(error == request.reason, "in pieces of \(pieces.map(\.count))")
            #expect(error.status.code == request.status)
            try #require(outcome == first ?? outcome, "the position depends on the pieces \(pieces.map(\.count))")
            first = outcome
        }
    }

    @Test(arguments: WellFormedRequests.all)
    func `accepts what keeps them`(_ request: WellFormedRequest) throws {
        for pieces in Pieces.ways(of: request.bytes) {
            let outcome = HeadOutcome.request(pieces, limits: request.limits)
            guard case .request(let head, let rest) = outcome else {
                Issue.record("\(outcome) in pieces of \(pieces.map(\.count))")
                return
            }
            #expect(head.method.rawValue == request.method)
            #expect(head.target == RequestTarget(raw: request.target, form: request.form))
            #expect(head.version == request.version)
            #expect(head.host == request.host)
            #expect(head.framing == request.framing)
            #expect(head.isPersistent == request.isPersistent)
            #expect(head.expectsContinue == request.expectsContinue)
            #expect(head.requestsUpgrade == request.requestsUpgrade)
            if let fields = request.fields { #expect(head.fields == fields) }
            #expect(rest.elementsEqual(request.rest.utf8))
        }
    }

    @Test func `no case of the tables is there twice`() {
        #expect(Set(MalformedRequests.all.map(\.name)).count == MalformedRequests.all.count)
        #expect(Set(MalformedRequests.all.map(\.text)).count == MalformedRequests.all.count)
        #expect(Set(WellFormedRequests.all.map(\.name)).count == WellFormedRequests.all.count)
    }

    @Test func `every prefix of a head needs more bytes`() {
        for request in WellFormedRequests.all {
            let bytes = request.bytes.dropLast(request.rest.utf8.count)
            for count in 0..<bytes.count {
                #expect(HeadOutcome.request([bytes.prefix(count)], limits: request.limits) == .incomplete)
            }
        }
    }

    // Lines are scanned 16 bytes at a time, unless they arrive byte by byte or have an unusual byte.

    @Test(arguments: [1, 16, 17, 33])
    func `each byte of a name counts, wherever it is`(_ length: Int) throws {
        for (byte, reason) in [
            ("a", nil), ("Z", nil), ("-", nil), ("0", nil), ("_", nil), ("~", nil), ("`", nil),
            ("@", .invalidFieldName), ("[", .invalidFieldName), ("{", .invalidFieldName), ("/", .invalidFieldName),
            ("\r", .bareCarriageReturn),
            ("\0", .invalidFieldName), ("\u{7F}", .invalidFieldName), ("\u{E9}", .invalidFieldName),
        ] as [(String, HTTPParseError.Reason?)] {
            for index in 0..<length {
                let before = String(repeating: "n", count: index)
                let name = before + byte + String(repeating: "N", count: length - index - 1)
                try check("X: y\r\n\(name): value\r\nLast: of a certain length\r\n", reason) {
                    #expect($0 == ["Host=a", "X=y", "\(name)=value", "Last=of a certain length"])
                }
            }
        }
    }

    @Test(arguments: [1, 15, 16, 17, 33])
    func `each byte of a value counts, wherever it is`(_ length: Int) throws {
        for (byte, reason) in [
            (" ", nil), ("\t", nil), ("!", nil), ("~", nil), (":", nil), ("\0", .invalidFieldValue),
            ("\u{8}", .invalidFieldValue), ("\u{1F}", .invalidFieldValue), ("\u{7F}", .invalidFieldValue),
            ("\u{E9}", nil), ("\n", .bareLineFeed), ("\r", .bareCarriageReturn),
        ] as [(String, HTTPParseError.Reason?)] {
            for index in 0..<length {
                let before = String(repeating: "v", count: index)
                let value = before + byte + String(repeating: "V", count: length - index - 1)
                try check("X: y\r\nName: \(value)\r\nLast: of a certain length\r\n", reason) {
                    let trimmed = value.drop { $0 == " " || $0 == "\t" }
                    let end = trimmed.reversed().prefix { $0 == " " || $0 == "\t" }.count
                    let expected = String(decoding: trimmed.dropLast(end).utf8.map(UInt16.init), as: UTF16.self)
                    #expect($0 == ["Host=a", "X=y", "Name=\(expected)", "Last=of a certain length"])
                }
            }
        }
    }

    @Test func `a colon may have any white space behind it`() throws {
        for space in ["", " ", "  ", "\t", " \t ", String(repeating: " ", count: 20)] {
            try check("A-name-of-letters:\(space)a value of many words\(space)\r\nEmpty:\(space)\r\nB: 2\r\n", nil) {
                #expect($0 == ["Host=a", "A-name-of-letters=a value of many words", "Empty=", "B=2"])
            }
        }
    }

    /// Checks a head with these lines, in one piece and byte by byte.
    private func check(
        _ lines: String,
        _ reason: HTTPParseError.Reason?,
        _ body: ([String]) -> Void
    ) throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
        for pieces in [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] {
            let outcome = HeadOutcome.request(pieces)
            try #require(outcome.reason == reason, "\(lines.debugDescription)")
            if case .request(let head, _) = outcome { body(head.fields) }
        }
    }

    @Test func `pipelined heads come one by one`() throws {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer()
        for index in 0..<50 { buffer.writeString("GET /\(index) HTTP/1.1\r\nHost: h\(index)\r\nX-\(index): y\r\n\r\n") }
        var heads: [RequestHead] = []
        while let head = try parser.parse(&buffer) { heads.append(head) }
        #expect(heads.map(\.target.raw) == (0..<50).map { "/\($0)" })
        // Each kept head has its own table, though the parser takes up the memory of those that are dropped.
        #expect(heads.map(\.host) == (0..<50).map { "h\($0)" })
        #expect(heads.map { $0.fields.lines.last } == (0..<50).map { "X-\($0)=y" })
        #expect(!parser.hasStarted)
    }

    @Test func `a copy of a parser goes its own way`() throws {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n")
        #expect(try parser.parse(&buffer) == nil)
        var (copy, other) = (parser, buffer)
        buffer.writeString("A: 1\r\nB: 2\r\n\r\n")
        other.writeString("C: 3\r\n\r\n")
        let first = try #require(try parser.parse(&buffer))
        let second = try #require(try copy.parse(&other))
        #expect(first.fields.lines == ["Host=a", "X=y", "A=1", "B=2"])
        #expect(second.fields.lines == ["Host=a", "X=y", "C=3"])
    }

    @Test func `says whether a head has been begun`() throws {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer()
        #expect(!parser.hasStarted)
        for (piece, hasStarted) in [
            ("\r", false), ("\n", false), ("G", true), ("ET / HTTP/1.1\r\nHost: a\r\n\r", true),
        ] {
            buffer.writeString(piece)
            #expect(try parser.parse(&buffer) == nil)
            #expect(parser.hasStarted == hasStarted)
        }
        buffer.writeString("\n")
        #expect(try parser.parse(&buffer) != nil)
        #expect(!parser.hasStarted)
        #expect(buffer.readableBytes == 0)
    }

    @Test func `leaves an incomplete head in the buffer`() throws {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer(string: "\r\nGET / HTTP/1.1\r\nHost: a\r\n")
        #expect(try parser.parse(&buffer) == nil)
        #expect(String(buffer: buffer) == "GET / HTTP/1.1\r\nHost: a\r\n")
    }

    @Test func `throws the same error again`() {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer(string: "GET / HTTP/9.1\r\n\r\n")
        let expected = HTTPParseError(.unsupportedVersion, at: 6)
        #expect(throws: expected) { try parser.parse(&buffer) }
        var fresh = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: expected) { try parser.parse(&fresh) }
    }

    @Test func `errors say where`() {
        let positions: [(String, Int)] = [
            ("G(T / HTTP/1.1\r\n", 1), ("GET /a\u{7F} HTTP/1.1\r\n", 6), ("GET / HTTP/1.1\r\nHost: a\r\nX: y\u{1}", 29),
            ("\r\nGET / HTTP/1.1\r\nX : y", 17), ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n", 42),
        ]
        for (text, position) in positions {
            guard case .failed(let error) = HeadOutcome.request([Array(text.utf8)[...]]) else {
                Issue.record("\(text) is accepted")
                continue
            }
            #expect(error.position == position)
        }
    }

    @Test func `every reason explains itself and has a section`() {
        for reason in HTTPParseError.Reason.allCases {
            #expect(reason.explanation.contains("(RFC 9"), "\(reason)")
            #expect([400, 414, 431, 501, 505].contains(reason.status.code))
        }
        #expect(
            HTTPParseError(.multipleHosts, at: 7).description == "More than one Host (RFC 9112 section 3.2) (at byte 7)"
        )
    }

    @Test func `limits out of range do not trap`() {
        var limits = HeadLimits()
        limits.headBytes = .max
        limits.startLineBytes = .max
        limits.fieldCount = .max
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...]
        #expect(HeadOutcome.request([bytes], limits: limits) == HeadOutcome.request([bytes]))
        limits.headBytes = .min
        limits.startLineBytes = .min
        #expect(HeadOutcome.request([bytes], limits: limits).reason != nil)
    }

    @Test func `work is linear however a head is cut`() throws {
        // 60 000 bytes byte by byte: were the line scanned again for each, this would take minutes.
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 60_000))\r\n\r\n".utf8)
        guard case .request(let head, _) = HeadOutcome.request(bytes.indices.map { bytes[$0...$0] }) else {
            Issue.record("rejected")
            return
        }
        #expect(head.fields.last?.utf8.count == 60_002)
    }
}
