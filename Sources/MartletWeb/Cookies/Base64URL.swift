import HTTPWire

/// Base64 for URLs and cookies, without padding (RFC 4648 section 5).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        String(
            decoding: Base64.encode(bytes).utf8.compactMap { digit -> UInt8? in
                switch digit {
                case 0x2B: 0x2D
                case 0x2F: 0x5F
                case 0x3D: nil
                default: digit
                }
            },
            as: UTF8.self
        )
    }

    /// The bytes of a text; nil unless it is just what ``encode(_:)`` makes of them.
    static func decode(_ text: String) -> [UInt8]? {
        var digits: [UInt8] = []
        for digit in text.utf8 {
            switch digit {
            case 0x2D: digits.append(0x2B)
            case 0x5F: digits.append(0x2F)
            case 0x2B, 0x2F, 0x3D: return nil
            default: digits.append(digit)
            }
        }
        while digits.count % 4 != 0 { digits.append(0x3D) }
        return Base64.decode(String(decoding: digits, as: UTF8.self))
    }
}
