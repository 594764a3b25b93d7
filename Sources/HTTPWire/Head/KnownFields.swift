/// The known fields among those parsed so far, and what they say about a message: where it ends, and whether its
/// connection persists.
///
/// Collected while the field lines are parsed, evaluated once the head is complete.
struct KnownFields: Sendable {
    /// The combined meaning of all Transfer-Encoding lines.
    enum TransferCoding: UInt8, Sendable {
        case absent
        /// `chunked` and nothing else.
        case chunked
        /// Other codings, and `chunked` last.
        case otherThenChunked
        /// Codings of which the last is not `chunked`, or not so far.
        case other
        /// `chunked`, and then something else.
        case chunkedThenOther
        case chunkedTwice
    }

    /// The Content-Length, if there was one.
    var contentLength: Int?
    var transferCoding = TransferCoding.absent
    /// The range of the only Host value in the head.
    var host: Range<Int>?
    var connection = ConnectionTokens()
    var hasUpgradeField = false
    var expectsContinue = false

    /// Evaluates a field. `base ..< base + end` is readable; the value is within it, trimmed and free of control
    /// characters.
    @inline(__always)
    mutating func note(
        _ field: KnownField,
        _ base: UnsafeRawPointer,
        _ value: Range<Int>,
        readableTo end: Int,
        section: FieldSection
    ) throws(HTTPParseError) {
        switch field {
        case .other:
            break
        case .host:
            guard section == .request else { break }
            guard host == nil else { throw HTTPParseError(.multipleHosts, at: value.lowerBound) }
            // Clients send an empty Host if the target has no authority (RFC 9112 section 3.2).
            guard
                Self.isPlainHost(base, value, readableTo: end)
                    || Authority.isValid(Self.bytes(base, value), allowsEmpty: true)
            else {
                throw HTTPParseError(.invalidHost, at: value.lowerBound)
            }
            host = value
        case .expect:
            if ByteScanner.equals(base, value.lowerBound, value.upperBound, lowercased: "100-continue")
                || FieldList.contains(token: "100-continue", in: Self.bytes(base, value))
            {
                expectsContinue = true
            }
        case .upgrade:
            if !value.isEmpty { hasUpgradeField = true }
        case .connection:
            noteConnection(base, value)
        case .contentLength:
            try noteContentLength(base, value, section: section)
        case .transferEncoding:
            try noteTransferEncoding(base, value)
        }
    }

    /// Whether the value is a name or an address of letters, digits, dots and hyphens, with a port of up to five digits
    /// or none: nearly every Host is, and that takes a few vector operations to find out. `false` proves nothing.
    ///
    /// `base + 0 ..< base + end` is readable, the value a part of it.
    @inline(__always)
    private static func isPlainHost(_ base: UnsafeRawPointer, _ value: Range<Int>, readableTo end: Int) -> Bool {
        let nameEnd = ByteScanner.endOfPlainText(base, from: value.lowerBound, to: end)
        guard nameEnd < value.upperBound else { return nameEnd == value.upperBound }
        guard nameEnd > value.lowerBound, value.upperBound &- nameEnd <= 6,
            base.load(fromByteOffset: nameEnd, as: UInt8.self) == UInt8(ascii: ":")
        else { return false }
        var port = 0
        for offset in nameEnd &+ 1..<value.upperBound {
            let digit = base.load(fromByteOffset: offset, as: UInt8.self) &- 0x30
            guard digit < 10 else { return false }
            port = port &* 10 &+ Int(digit)
        }
        return port <= 65_535
    }

    /// Connection is a list, but mostly one of these two words and nothing else.
    @inline(__always)
    private mutating func noteConnection(_ base: UnsafeRawPointer, _ value: Range<Int>) {
        let start = value.lowerBound
        switch value.count {
        case 10
        where ByteScanner.lowercasedWord64(base, start) == 0x696C_612D_7065_656B
            && ByteScanner.lowercasedWord32(base, start &+ 6) == 0x6576_696C:
            connection.insert(.keepAlive)
        case 5
        where ByteScanner.lowercasedWord32(base, start) == 0x736F_6C63
            && ByteScanner.lowercasedWord32(base, start &+ 1) == 0x6573_6F6C:
            connection.insert(.close)
        default:
            connection.formUnion(ConnectionTokens(bytes: Self.bytes(base, value)))
        }
    }

    @inline(__always)
    private static func bytes(_ base: UnsafeRawPointer, _ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Expects one decimal number. RFC 9112 section 6.3 lets a recipient accept several identical ones too. A request
    /// that has them has passed an intermediary that does not know how it is framed, so it is rejected; a response with
    /// two equal fields is accepted, as in curl, Go and browsers.
    private mutating func noteContentLength(
        _ base: UnsafeRawPointer,
        _ value: Range<Int>,
        section: FieldSection
    ) throws(HTTPParseError) {
        guard !value.isEmpty else { throw HTTPParseError(.invalidContentLength, at: value.lowerBound) }
        var length = 0
        for offset in value {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            guard byte.isASCIIDigit else { throw HTTPParseError(.invalidContentLength, at: offset) }
            let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(byte &- 0x30))
            guard !overflow, !carry else { throw HTTPParseError(.invalidContentLength, at: offset) }
            length = sum
        }
        guard contentLength == nil || section == .response && contentLength == length else {
            throw HTTPParseError(.conflictingContentLength, at: value.lowerBound)
        }
        contentLength = length
    }

    /// A list of codings, continued from line to line. Empty elements and parameters of `chunked` are errors here,
    /// although other lists may have empty elements (RFC 9110 section 5.6.1.2): there is no telling how a proxy in
    /// front has read them.
    private mutating func noteTransferEncoding(
        _ base: UnsafeRawPointer,
        _ value: Range<Int>
    ) throws(HTTPParseError) {
        var elementStart = value.lowerBound
        while true {
            var comma = elementStart
            while comma < value.upperBound, base.load(fromByteOffset: comma, as: UInt8.self) != UInt8(ascii: ",") {
                comma &+= 1
            }
            let (start, end) = ByteScanner.trimBlanks(base, elementStart, comma)
            let tokenEnd = ByteScanner.endOfToken(base, from: start, to: end)
            guard tokenEnd > start else { throw HTTPParseError(.invalidTransferEncoding, at: start) }
            let isChunked = ByteScanner.equals(base, start, tokenEnd, lowercased: "chunked")
            // Other codings may have parameters; the response to them is 501 in any case.
            guard tokenEnd == end || !isChunked else { throw HTTPParseError(.invalidTransferEncoding, at: tokenEnd) }
            transferCoding = transferCoding.followed(byChunked: isChunked)
            guard comma < value.upperBound else { return }
            elementStart = comma &+ 1
        }
    }
}

extension KnownFields.TransferCoding {
    /// The state after one more coding.
    func followed(byChunked isChunked: Bool) -> Self {
        switch self {
        case .absent: isChunked ? .chunked : .other
        case .other: isChunked ? .otherThenChunked : .other
        case .chunked, .otherThenChunked: isChunked ? .chunkedTwice : .chunkedThenOther
        case .chunkedThenOther: isChunked ? .chunkedTwice : .chunkedThenOther
        case .chunkedTwice: .chunkedTwice
        }
    }
}
