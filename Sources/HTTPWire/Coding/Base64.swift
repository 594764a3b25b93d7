/// Base64 with padding (RFC 4648 section 4).
package enum Base64 {
    /// The bytes as text.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        // Bits that wait for a full group of six, the newest at the low end.
        var (bits, count) = (UInt32(0), UInt32(0))
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digit(UInt8(truncatingIfNeeded: bits >> count) & 0x3F))
            }
        }
        if count > 0 { text.append(digit(UInt8(truncatingIfNeeded: bits << (6 - count)) & 0x3F)) }
        while text.count % 4 != 0 { text.append(0x3D) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text; nil unless it is just what ``encode(_:)`` makes of them.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        // Bits that wait for a full byte, the newest at the low end.
        var (bits, count) = (UInt32(0), UInt32(0))
        var padding = 0
        for character in text.utf8 {
            guard character != 0x3D else {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        // The rest: no bits, or two or four that are zero, with as many `=` as bytes are missing.
        guard count < 6, padding == count / 2, bits & (1 << count - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character &- 0x41
        case 0x61...0x7A: character &- 0x61 &+ 26
        case 0x30...0x39: character &- 0x30 &+ 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 &+ value
        case 26..<52: 0x61 &+ (value &- 26)
        case 52..<62: 0x30 &+ (value &- 52)
        case 62: 0x2B
        default: 0x2F
        }
    }
}
