import NIOCore

/// Checks whether bytes are UTF-8 while they arrive (RFC 3629), wherever they are split.
///
/// An error is found at the first invalid byte, not when the character is complete.
struct UTF8Check: Sendable {
    /// How many bytes of the current character are missing.
    private var missing = 0
    /// The allowed values of the next one. Only the second byte of a character can be limited further than 80 to BF.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether the bytes end with a whole character.
    var isComplete: Bool { missing == 0 }

    /// Checks the next bytes; returns false if they are not UTF-8.
    mutating func take(_ bytes: ByteBuffer) -> Bool {
        bytes.withUnsafeReadableBytes { take($0) }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        while index < count {
            if missing == 0 {
                while count - index >= 32 {
                    let words = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
                    let pair = words.lowHalf | words.highHalf
                    guard (pair[0] | pair[1]) & 0x8080_8080_8080_8080 == 0 else { break }
                    index += 32
                }
                while count - index >= 8,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index += 8
                }
                guard index < count else { return true }
            }
            guard take(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard allowed.contains(byte) else { return false }
            allowed = 0x80...0xBF
            missing -= 1
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        // Overlong forms.
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        // Surrogates.
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEC, 0xEE...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        // Beyond U+10FFFF.
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
