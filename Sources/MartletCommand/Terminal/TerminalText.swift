/// Makes untrusted text harmless: no control character, escape sequence or change of text direction, which could
/// control the terminal, reaches it.
///
///     var text = TerminalText()
///     text.process("red: \u{1B}[31m\n".utf8)   // the bytes of "red: ␛[31m\n"
///
/// A plain value: bytes in, as they arrive, and bytes out. Line feeds, tabs and CR LF are kept; invalid UTF-8 becomes
/// U+FFFD.
struct TerminalText {
    /// The beginning of an incomplete character, or a CR.
    private var pending: [UInt8] = []

    /// Converts some more bytes.
    mutating func process(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        pending += bytes
        let count = pending.count - Self.unfinished(pending)
        let text = String(decoding: pending[..<count], as: UTF8.self)
        pending.removeFirst(count)
        return Self.harmless(text, allowing: [0x09, 0x0A])
    }

    /// Converts the rest at the end.
    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return Self.harmless(String(decoding: pending, as: UTF8.self), allowing: [0x09, 0x0A])
    }

    /// Converts text that must stay on one line.
    static func line(_ text: String) -> String {
        String(decoding: harmless(text, allowing: []), as: UTF8.self)
    }

    private static func harmless(_ text: String, allowing allowed: Set<UInt32>) -> [UInt8] {
        var output = ""
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar.value {
            case let value where allowed.contains(value): output.unicodeScalars.append(scalar)
            case 0x0D where next == "\n" && allowed.contains(0x0A): output.unicodeScalars.append(scalar)
            case let value where value < 0x20: output.unicodeScalars.append(picture(value))
            case 0x7F: output += "\u{2421}"
            // C1 controls; marks that change the direction of text (Unicode TR 9), and so its apparent meaning.
            case 0x80...0x9F, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: output += "\u{FFFD}"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return Array(output.utf8)
    }

    /// The symbol for a control character, such as ␛.
    private static func picture(_ value: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
    }

    /// How many bytes at the end could be the beginning of a character, or of a CR LF.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        if bytes.last == 0x0D { return 1 }
        for (index, byte) in bytes.suffix(3).reversed().enumerated() {
            let length =
                switch byte {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            if length > index + 1 { return index + 1 }
            if byte & 0xC0 != 0x80 { return 0 }
        }
        return 0
    }
}
