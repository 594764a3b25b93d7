/// Loops over raw bytes that find the end of a token, a target or a field value.
///
/// Each takes a base address, an offset and an end and answers an offset in `offset...end`; the caller warrants that
/// `base + 0 ..< base + end` is readable and `0 <= offset <= end`. No byte from `end` on is read: words of eight bytes
/// are loaded only where `end - offset >= 8`.
enum ByteScanner {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first byte that is not a token character, or `end`.
    @inline(__always)
    static func endOfToken(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        let token = ByteSet.token
        while offset < end {
            guard token.contains(base.load(fromByteOffset: offset, as: UInt8.self)) else { return offset }
            offset &+= 1
        }
        return end
    }

    /// The first byte that a field value must not hold, or `end`: a control character other than HTAB.
    @inline(__always)
    static func endOfValue(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        while true {
            offset = firstByte(below: 0x20, base, from: offset, to: end)
            guard offset < end, base.load(fromByteOffset: offset, as: UInt8.self) == 0x09 else { return offset }
            offset &+= 1
        }
    }

    /// The first byte that a request target must not hold, or `end`: a control character or a space.
    @inline(__always)
    static func endOfTarget(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        firstByte(below: 0x21, base, from: offset, to: end)
    }

    /// The first byte below a bound of at most 0x80, or DEL; `end` if there is none.
    @inline(__always)
    private static func firstByte(
        below bound: UInt64,
        _ base: UnsafeRawPointer,
        from offset: Int,
        to end: Int
    ) -> Int {
        var offset = offset
        while end &- offset >= 8 {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            // Both terms set the high bit of a byte that is looked for. A borrow may set it for bytes above such a
            // byte too, never below, and only the lowest is used.
            let low = (word &- ones &* bound) & ~word
            let deleted = word ^ (ones &* 0x7F)
            let found = (low | ((deleted &- ones) & ~deleted)) & highBits
            if found != 0 { return offset &+ found.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < end {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            if byte < UInt8(truncatingIfNeeded: bound) || byte == 0x7F { return offset }
            offset &+= 1
        }
        return end
    }

    /// A range without the spaces and tabs at both of its ends.
    @inline(__always)
    static func trimBlanks(_ base: UnsafeRawPointer, _ start: Int, _ end: Int) -> (start: Int, end: Int) {
        var start = start
        var end = end
        while start < end, base.load(fromByteOffset: start, as: UInt8.self).isBlank { start &+= 1 }
        while start < end, base.load(fromByteOffset: end &- 1, as: UInt8.self).isBlank { end &-= 1 }
        return (start, end)
    }

    /// Whether a range holds the given lower-case ASCII letters and hyphens, in either case.
    @inline(__always)
    static func equals(
        _ base: UnsafeRawPointer,
        _ start: Int,
        _ end: Int,
        lowercased word: StaticString
    ) -> Bool {
        guard end &- start == word.utf8CodeUnitCount else { return false }
        let expected = word.utf8Start
        for index in 0..<word.utf8CodeUnitCount {
            let byte = base.load(fromByteOffset: start &+ index, as: UInt8.self)
            if byte.asciiLowercased != expected[index] { return false }
        }
        return true
    }
}

extension UInt8 {
    /// Space or HTAB: what OWS is made of (RFC 9110 section 5.6.3).
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
