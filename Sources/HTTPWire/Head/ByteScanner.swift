/// Finds the end of a token, a target or a field value in raw bytes, 16 bytes at a time.
///
/// Each function takes a base address, an offset and an end, and returns an offset in `offset...end`. The caller
/// guarantees that `base + 0 ..< base + end` is readable and `0 <= offset <= end`. No byte from `end` on is read:
/// vectors are loaded only where `end - offset >= 16`, single bytes only where `offset < end`.
enum ByteScanner {
    typealias Vector = SIMD16<UInt8>
    /// The same bytes, compared as numbers with a sign: SSE2 has no other comparison, so it takes half the instructions.
    private typealias SignedVector = SIMD16<Int8>

    /// A vector of equal bytes. Spelled out because the operators that take one scalar are not specialised and cost a
    /// hundred times as much.
    @inline(__always)
    private static func splat(_ byte: UInt8) -> Vector { Vector(repeating: byte) }

    @inline(__always)
    private static func splat(signed byte: Int8) -> SignedVector { SignedVector(repeating: byte) }

    /// The first byte that is not a token character, or `end`.
    @inline(__always)
    static func endOfToken(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = endOfLetters(base, from: offset, to: end)
        let token = ByteSet.token
        // Most tokens are field names, which end at the first byte that is looked at here.
        if offset < end, base.load(fromByteOffset: offset, as: UInt8.self) == UInt8(ascii: ":") { return offset }
        while offset < end, token.contains(base.load(fromByteOffset: offset, as: UInt8.self)) { offset &+= 1 }
        return offset
    }

    /// An offset up to which there are only letters and hyphens, not necessarily the last such offset. Nearly all field
    /// names consist of nothing else.
    @inline(__always)
    static func endOfLetters(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        let last = end &- 16
        while offset <= last {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: SignedVector.self)
            // Adding 5 makes `z` the greatest number there is.
            let isLetter = ((bytes | splat(signed: 0x20)) &+ splat(signed: 5)) .> splat(signed: 0x65)
            if let index = firstIndex(.!(isLetter .| (bytes .== splat(signed: 0x2D)))) { return offset &+ index }
            offset &+= 16
        }
        return offset
    }

    /// An offset up to which there are only visible ASCII characters and spaces, not necessarily the last such offset.
    /// Nearly all field values consist of nothing else.
    @inline(__always)
    static func endOfVisibleText(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        let last = end &- 16
        while offset <= last {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: SignedVector.self)
            if let index = firstIndex(isOtherThanVisibleText(bytes)) { return offset &+ index }
            offset &+= 16
        }
        guard last >= 0, offset < end else { return offset }
        // The last line of a head ends less than 16 bytes before the end: some bytes are looked at once more.
        let bytes = base.loadUnaligned(fromByteOffset: last, as: SignedVector.self)
        return firstIndex(isOtherThanVisibleText(bytes), from: offset &- last).map { last &+ $0 } ?? end
    }

    @inline(__always)
    private static func isOtherThanVisibleText(_ bytes: SignedVector) -> SIMDMask<SignedVector.MaskStorage> {
        // Adding 1 makes DEL the least number there is.
        (bytes &+ splat(signed: 1)) .< splat(signed: 0x21)
    }

    /// The first byte that a field value must not hold, or `end`: a control character other than HTAB.
    @inline(__always)
    static func endOfValue(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        let offset = endOfVisibleText(base, from: offset, to: end)
        // Most values end here.
        if offset < end, base.load(fromByteOffset: offset, as: UInt8.self) == 0x0D { return offset }
        return endOfAnyValue(base, from: offset, to: end)
    }

    /// The same for values that may hold tabs and bytes from 0x80 up.
    @inline(never)
    private static func endOfAnyValue(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        while end &- offset >= 16 {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
            let control = (bytes .< splat(0x20)) .& (bytes .!= splat(0x09))
            if let index = firstIndex(control .| (bytes .== splat(0x7F))) { return offset &+ index }
            offset &+= 16
        }
        while offset < end {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return offset }
            offset &+= 1
        }
        return offset
    }

    /// The first byte that a request target must not hold, or `end`: a control character or a space.
    @inline(__always)
    static func endOfTarget(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        while end &- offset >= 16 {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
            if let index = firstIndex((bytes .< splat(0x21)) .| (bytes .== splat(0x7F))) { return offset &+ index }
            offset &+= 16
        }
        while offset < end {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            if byte < 0x21 || byte == 0x7F { return offset }
            offset &+= 1
        }
        return offset
    }

    /// An offset up to which there are only letters, digits, hyphens and dots, not necessarily the last such offset.
    /// Most names consist of nothing else, so this saves the loop over single bytes.
    @inline(__always)
    static func endOfPlainText(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        while end &- offset >= 16 {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
            let letters = ((bytes | splat(0x20)) &- splat(0x61)) .< splat(26)
            // Hyphen, dot, slash and the digits are neighbours.
            let others = ((bytes &- splat(0x2D)) .< splat(13)) .& (bytes .!= splat(0x2F))
            if let index = firstIndex(.!(letters .| others)) { return offset &+ index }
            offset &+= 16
        }
        return offset
    }

    /// An offset up to which there are only letters, digits and `-./_?=&`, none of which needs a second look in a path
    /// or a query; not necessarily the last such offset.
    @inline(__always)
    static func endOfPlainPath(_ base: UnsafeRawPointer, from offset: Int, to end: Int) -> Int {
        var offset = offset
        while end &- offset >= 16 {
            let bytes = base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
            let letters = ((bytes | splat(0x20)) &- splat(0x61)) .< splat(26)
            let others = ((bytes &- splat(0x2D)) .< splat(13)) .| (bytes .== splat(0x5F))
            let query = (bytes .== splat(0x3F)) .| (bytes .== splat(0x3D)) .| (bytes .== splat(0x26))
            if let index = firstIndex(.!(letters .| others .| query)) { return offset &+ index }
            offset &+= 16
        }
        return offset
    }

    /// Whether no byte is 0x80 or above.
    @inline(__always)
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let end = bytes.count
        var offset = 0
        var seen = splat(0)
        while end &- offset >= 16 {
            seen |= base.loadUnaligned(fromByteOffset: offset, as: Vector.self)
            offset &+= 16
        }
        guard firstIndex(seen .>= splat(0x80)) == nil else { return false }
        while offset < end {
            if base.load(fromByteOffset: offset, as: UInt8.self) >= 0x80 { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether two ranges hold the same bytes.
    @inline(__always)
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        let end = left.count
        var offset = 0
        while end &- offset >= 8 {
            let word = first.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard word == second.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
            offset &+= 8
        }
        while offset < end {
            let byte = first.load(fromByteOffset: offset, as: UInt8.self)
            guard byte == second.load(fromByteOffset: offset, as: UInt8.self) else { return false }
            offset &+= 1
        }
        return true
    }

    /// The index of the first lane that is set.
    @inline(__always)
    private static func firstIndex(_ mask: SIMDMask<Vector.MaskStorage>) -> Int? {
        // A lane is all ones or all zeros, so the index of its first bit is eight times its own.
        let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return UInt64(littleEndian: words[0]).trailingZeroBitCount &>> 3 }
        if words[1] != 0 { return 8 &+ UInt64(littleEndian: words[1]).trailingZeroBitCount &>> 3 }
        return nil
    }

    /// The index of the first lane that is set among those from `start` on, which is one of 1 to 15.
    @inline(__always)
    private static func firstIndex(_ mask: SIMDMask<Vector.MaskStorage>, from start: Int) -> Int? {
        let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        let (low, high) = (UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
        // Shifts by 64 and more leave nothing.
        let first = (low >> (8 &* start)) << (8 &* start)
        if first != 0 { return first.trailingZeroBitCount &>> 3 }
        let skipped = max(start &- 8, 0) &* 8
        let second = (high &>> skipped) &<< skipped
        return second == 0 ? nil : 8 &+ second.trailingZeroBitCount &>> 3
    }

    /// Two bytes, the first the lowest.
    @inline(__always)
    static func word16(_ base: UnsafeRawPointer, _ offset: Int) -> UInt16 {
        UInt16(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes, the first the lowest, with bit 5 set in each. Equal to a word of lower-case letters and hyphens if
    /// the text is the same but for case, provided that it holds no control characters.
    @inline(__always)
    static func lowercasedWord32(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) | 0x2020_2020
    }

    /// The same for eight bytes.
    @inline(__always)
    static func lowercasedWord64(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) | 0x2020_2020_2020_2020
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

    /// Whether a range holds the given text, which is in lower case, ignoring case.
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
    /// Whether the byte is a space or HTAB, of which OWS consists (RFC 9110 section 5.6.3).
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
