/// The low-level syntax that field values share (RFC 9110 section 5.6), on bytes.
///
/// Every function that reads takes the offset to start from and moves it past what it has read; on failure it leaves
/// the offset unchanged. An offset is at most `count`.
extension Span<UInt8> {
    /// Whether the byte at `offset` exists and is `byte`.
    @inline(__always)
    func has(_ byte: UInt8, at offset: Int) -> Bool {
        offset < count && self[offset] == byte
    }

    /// Skips spaces and tabs (OWS, RFC 9110 section 5.6.3).
    func skipWhitespace(_ offset: inout Int) {
        while offset < count, self[offset] == 0x20 || self[offset] == 0x09 { offset += 1 }
    }

    /// Skips `byte` if it is next.
    func skip(_ byte: UInt8, _ offset: inout Int) -> Bool {
        guard has(byte, at: offset) else { return false }
        offset += 1
        return true
    }

    /// Reads the longest run of bytes of `set`; `nil` if there is none.
    func run(of set: ByteSet, _ offset: inout Int) -> Range<Int>? {
        let start = offset
        while offset < count, set.contains(self[offset]) { offset += 1 }
        return offset > start ? start..<offset : nil
    }

    /// Reads a token (RFC 9110 section 5.6.2).
    func token(_ offset: inout Int) -> Range<Int>? {
        run(of: .token, &offset)
    }

    /// Reads a token68: letters, digits and `-._~+/`, optionally with `=` at its end (RFC 9110 section 11.2).
    func token68(_ offset: inout Int) -> Range<Int>? {
        guard let characters = run(of: .token68, &offset) else { return nil }
        while offset < count, self[offset] == 0x3D { offset += 1 }
        return characters.lowerBound..<offset
    }

    /// Reads a quoted string and returns its text without the quotes and escapes (RFC 9110 section 5.6.4).
    func quotedString(_ offset: inout Int) -> String? {
        guard has(0x22, at: offset) else { return nil }
        var end = offset + 1
        var escapes = 0
        while end < count, self[end] != 0x22 {
            if self[end] == 0x5C {
                end += 1
                escapes += 1
            }
            guard end < count, ByteSet.fieldText.contains(self[end]) || self[end] >= 0x80 else { return nil }
            end += 1
        }
        guard end < count else { return nil }
        let inner = offset + 1..<end
        offset = end + 1
        guard escapes > 0 else { return string(inner) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(inner.count - escapes)
        var index = inner.lowerBound
        while index < inner.upperBound {
            if self[index] == 0x5C { index += 1 }
            bytes.append(self[index])
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The range without spaces and tabs at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// The bytes of `range` as text.
    func string(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of `range` as text in ASCII lower case.
    func lowercasedString(_ range: Range<Int>) -> String {
        let bytes = extracting(range)
        for index in bytes.indices where bytes[index] != bytes[index].asciiLowercased {
            return String(unsafeUninitializedCapacity: bytes.count) { target in
                for index in bytes.indices { target[index] = bytes[index].asciiLowercased }
                return bytes.count
            }
        }
        return string(range)
    }

    /// Whether the bytes of `range` are `text`, ignoring the case of ASCII letters.
    func equals(_ range: Range<Int>, ignoringCase text: String) -> Bool {
        let (bytes, other) = (extracting(range), text.utf8.span)
        guard bytes.count == other.count else { return false }
        for index in bytes.indices where bytes[index].asciiLowercased != other[index].asciiLowercased { return false }
        return true
    }

    /// Whether every byte of `range` is in `set`.
    func all(in set: ByteSet, _ range: Range<Int>) -> Bool {
        for index in range where !set.contains(self[index]) { return false }
        return true
    }

    /// The decimal number in `range`; `nil` if it is empty, has other characters than digits, or does not fit into
    /// `Int`.
    func decimal(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var value = 0
        for index in range {
            guard self[index].isASCIIDigit else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(self[index] &- 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// The end of the list member that starts at `offset`: the next `separator` outside quoted strings, or `count`.
    ///
    /// A quoted string that is not closed extends to the end.
    func memberEnd(_ offset: Int, separator: UInt8) -> Int {
        var index = offset
        var isQuoted = false
        while index < count {
            let byte = self[index]
            if byte == 0x22 {
                isQuoted.toggle()
            } else if byte == 0x5C, isQuoted {
                index += 1
            } else if byte == separator, !isQuoted {
                return index
            }
            index += 1
        }
        return count
    }

    /// Reads the next non-empty member of a comma-separated list (RFC 9110 section 5.6.1.2).
    func nextMember(_ offset: inout Int, separator: UInt8 = 0x2C) -> Range<Int>? {
        while offset < count {
            let end = memberEnd(offset, separator: separator)
            let member = trimmed(offset..<end)
            offset = end < count ? end + 1 : count
            if !member.isEmpty { return member }
        }
        return nil
    }
}

extension String {
    /// Whether the two are the same except for the case of ASCII letters.
    package func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.span.equals(0..<utf8.count, ignoringCase: other)
    }

    /// Whether the text is one token (RFC 9110 section 5.6.2).
    package var isToken: Bool {
        !isEmpty && utf8.span.all(in: .token, 0..<utf8.count)
    }

    /// Whether the text is one token68 (RFC 9110 section 11.2).
    package var isToken68: Bool {
        var offset = 0
        return utf8.span.token68(&offset)?.count == utf8.count
    }

    /// The text in ASCII lower case.
    package var asciiLowercased: String {
        utf8.span.lowercasedString(0..<utf8.count)
    }
}
