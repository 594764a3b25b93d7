import NIOCore

extension HTTPDate: CustomStringConvertible {
    /// The date in the form of HTTP, IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. Always 29 bytes.
    public var description: String {
        let text = rendered
        return text.span.string(0..<text.count)
    }

    /// The 29 bytes of the IMF-fixdate form, on the stack.
    var rendered: InlineArray<29, UInt8> {
        let date = components
        var text = InlineArray<29, UInt8>(repeating: 0x20)
        Self.put(Self.weekdays, date.weekday - 1, at: 0, of: &text)
        text[3] = 0x2C
        Self.put(date.day, at: 5, of: &text)
        Self.put(Self.months, date.month - 1, at: 8, of: &text)
        Self.put(date.year / 100, at: 12, of: &text)
        Self.put(date.year % 100, at: 14, of: &text)
        Self.put(date.hour, at: 17, of: &text)
        text[19] = 0x3A
        Self.put(date.minute, at: 20, of: &text)
        text[22] = 0x3A
        Self.put(date.second, at: 23, of: &text)
        text[26] = 0x47
        text[27] = 0x4D
        text[28] = 0x54
        return text
    }

    /// Puts the name with this number, three bytes packed in an integer, at `offset`.
    private static func put<let count: Int>(
        _ names: InlineArray<count, UInt32>,
        _ index: Int,
        at offset: Int,
        of text: inout InlineArray<29, UInt8>
    ) {
        let name = names[index]
        text[offset] = UInt8(truncatingIfNeeded: name >> 16)
        text[offset + 1] = UInt8(truncatingIfNeeded: name >> 8)
        text[offset + 2] = UInt8(truncatingIfNeeded: name)
    }

    /// Puts two digits at `offset`.
    private static func put(_ number: Int, at offset: Int, of text: inout InlineArray<29, UInt8>) {
        text[offset] = 0x30 &+ UInt8(truncatingIfNeeded: number / 10)
        text[offset + 1] = 0x30 &+ UInt8(truncatingIfNeeded: number % 10)
    }

    /// `Mon` to `Sun`, three ASCII bytes each.
    static var weekdays: InlineArray<7, UInt32> {
        [0x4D_6F_6E, 0x54_75_65, 0x57_65_64, 0x54_68_75, 0x46_72_69, 0x53_61_74, 0x53_75_6E]
    }

    /// `Jan` to `Dec`, three ASCII bytes each.
    static var months: InlineArray<12, UInt32> {
        [
            0x4A_61_6E, 0x46_65_62, 0x4D_61_72, 0x41_70_72, 0x4D_61_79, 0x4A_75_6E,
            0x4A_75_6C, 0x41_75_67, 0x53_65_70, 0x4F_63_74, 0x4E_6F_76, 0x44_65_63,
        ]
    }
}

extension ByteBuffer {
    /// Writes the 29 bytes of the date in IMF-fixdate form (RFC 9110 section 5.6.7).
    public mutating func writeHTTPDate(_ date: HTTPDate) {
        writeBytes(date.rendered.span.bytes)
    }
}
