/// The ranges of the five components of a URI reference in its bytes (RFC 3986 section 4.1 and appendix B).
struct URIReference {
    /// The text before the first colon, if it is the name of a scheme.
    private(set) var scheme: Range<Int>?
    /// The text after `//`.
    private(set) var authority: Range<Int>?
    /// The path; may be empty.
    private(set) var path: Range<Int>
    /// The text after the first `?`.
    private(set) var query: Range<Int>?
    /// The text after the first `#`.
    private(set) var fragment: Range<Int>?

    /// Finds the components of `bytes`, ignoring white space at the ends.
    ///
    /// - Returns: `nil` if there is a control character anywhere else. The components are not checked.
    init?(_ bytes: Span<UInt8>) {
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start].isURLWhitespace { start += 1 }
        while end > start, bytes[end - 1].isURLWhitespace { end -= 1 }
        for index in start..<end where bytes[index] < 0x20 || bytes[index] == 0x7F { return nil }

        if let found = bytes.scheme(from: start), bytes.has(0x3A, at: found.upperBound), found.upperBound < end {
            scheme = found
            start = found.upperBound + 1
        }
        if let index = bytes.first(0x23, in: start..<end) {
            fragment = index + 1..<end
            end = index
        }
        if let index = bytes.first(0x3F, in: start..<end) {
            query = index + 1..<end
            end = index
        }
        if end - start >= 2, bytes[start] == 0x2F, bytes[start + 1] == 0x2F {
            let authorityEnd = bytes.first(0x2F, in: start + 2..<end) ?? end
            authority = start + 2..<authorityEnd
            start = authorityEnd
        }
        path = start..<end
    }
}

extension UInt8 {
    /// Whether the byte is a space, tab, line feed or carriage return.
    fileprivate var isURLWhitespace: Bool {
        self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D
    }
}

extension String {
    /// Whether the text is the scheme of a URI (RFC 3986 section 3.1).
    var isScheme: Bool {
        utf8.span.scheme(from: 0)?.count == utf8.count
    }
}

extension Span<UInt8> {
    /// The longest name of a scheme that starts at `offset` (RFC 3986 section 3.1); `nil` if there is none.
    func scheme(from offset: Int) -> Range<Int>? {
        guard offset < count, (self[offset] | 0x20) &- 0x61 < 26 else { return nil }
        var end = offset + 1
        while end < count {
            let byte = self[end]
            guard
                byte.isASCIIDigit || (byte | 0x20) &- 0x61 < 26 || byte == 0x2B || byte == 0x2D || byte == 0x2E
            else { break }
            end += 1
        }
        return offset..<end
    }

    /// The first offset of `byte` in `range`.
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// The last offset of `byte` in `range`.
    func last(_ byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range.reversed() where self[index] == byte { return index }
        return nil
    }
}
