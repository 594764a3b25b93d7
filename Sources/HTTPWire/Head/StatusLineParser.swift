/// Parses a status line (RFC 9112 section 4), continuing where it left off when bytes ran out.
struct StatusLineParser: Sendable {
    private(set) var version = HTTPVersion.http1_1
    private(set) var statusCode = 0
    /// The range of the reason phrase, once the line is complete.
    private(set) var reason = 0..<0
    private var cursor = 0

    /// The offset of the status code: after the version and a space.
    private static let codeStart = VersionSyntax.length + 1
    /// The offset of the space before the reason phrase.
    private static let codeEnd = codeStart + 3

    /// Continues parsing; returns the offset after the line, or `nil` if it is not complete.
    ///
    /// The caller guarantees that `base ..< base + end` is readable and that `end` is not less than it was before.
    /// Every load below is at an offset that has been compared with `end`.
    mutating func parse(
        _ base: UnsafeRawPointer,
        to end: Int,
        limits: HeadLimits
    ) throws(HTTPParseError) -> Int? {
        if cursor < VersionSyntax.length {
            cursor = try VersionSyntax.check(base, from: cursor, start: 0, to: end)
            guard cursor == VersionSyntax.length else { return nil }
            version = try VersionSyntax.version(base, at: 0)
        }
        while cursor <= Self.codeEnd {
            guard cursor < end else { return nil }
            let byte = base.load(fromByteOffset: cursor, as: UInt8.self)
            switch cursor {
            case VersionSyntax.length:
                guard byte == 0x20 else { throw HTTPParseError(.malformedStatusLine, at: cursor) }
            case Self.codeEnd:
                // Servers that send no reason phrase often omit the space before it too, against the grammar. That is
                // harmless, so it is the one point in which this parser is more lenient than the RFC.
                guard byte != 0x0D, byte != 0x0A else { return try finish(base, from: cursor, to: end, limits: limits) }
                guard byte == 0x20 else {
                    throw HTTPParseError(byte.isASCIIDigit ? .invalidStatusCode : .malformedStatusLine, at: cursor)
                }
            default:
                guard byte.isASCIIDigit, byte != 0x30 || cursor > Self.codeStart else {
                    throw HTTPParseError(.invalidStatusCode, at: cursor)
                }
                // Three digits at most; a resumed scan does not come back to one.
                statusCode = statusCode &* 10 &+ Int(byte &- 0x30)
            }
            cursor &+= 1
        }
        cursor = ByteScanner.endOfValue(base, from: cursor, to: end)
        return try finish(base, from: Self.codeEnd &+ 1, to: end, limits: limits)
    }

    private mutating func finish(
        _ base: UnsafeRawPointer,
        from start: Int,
        to end: Int,
        limits: HeadLimits
    ) throws(HTTPParseError) -> Int? {
        let next = try FieldLineParser.endOfLine(
            base,
            at: cursor,
            to: end,
            limits: limits,
            otherwise: .invalidReasonPhrase
        )
        guard let next else { return nil }
        guard cursor <= limits.startLineBytes else { throw HTTPParseError(.statusLineTooLong, at: cursor) }
        reason = start..<cursor
        return next
    }
}
