/// Bytes of the wire as text that can be looked at.
enum WireText {
    /// The text that bytes are, with what can't be seen, or would change how the rest looks, escaped: control characters
    /// and bytes that are not UTF-8 as `\x1B`, marks for the direction of writing and the like as `\u{202E}`. Each
    /// line end, and a CR alone, begins a new line.
    static func visible(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        var decoder = UTF8()
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            var iterator = rest.makeIterator()
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                let length = UTF8.width(scalar)
                if scalar == "\r", rest.dropFirst().first == 0x0A {
                    rest = rest.dropFirst()
                    continue
                }
                append(scalar, to: &text)
                rest = rest.dropFirst(length)
            case .error:
                append(byte: rest.removeFirst(), to: &text)
            case .emptyInput:
                rest = []
            }
            decoder = UTF8()
        }
        return text
    }

    /// The text of a content; nil if it is not text.
    ///
    /// - Parameter isComplete: Whether these are all bytes. If not, a part of a character at their end is left out.
    static func text(_ bytes: [UInt8], isComplete: Bool) -> String? {
        guard !bytes.contains(where: isControl) else { return nil }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        // The first bytes of a character: one that begins it, then some that continue it.
        guard !isComplete, let lead = bytes.suffix(3).lastIndex(where: { $0 >= 0xC2 && $0 <= 0xF4 }),
            bytes[(lead + 1)...].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { return nil }
        return String(validating: bytes[..<lead], as: UTF8.self)
    }

    /// Whether a byte is a control character that text does not have.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D || byte == 0x7F
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar.properties.generalCategory {
        case .control where scalar == "\n" || scalar == "\r": text += "\n"
        case .control where scalar == "\t": text += "\t"
        case .control where scalar.isASCII: append(byte: UInt8(scalar.value), to: &text)
        case .control, .format, .lineSeparator, .paragraphSeparator:
            text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        default: text.unicodeScalars.append(scalar)
        }
    }

    private static func append(byte: UInt8, to text: inout String) {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
}
