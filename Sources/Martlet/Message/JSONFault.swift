import NIOCore

/// The place at which a text is no longer JSON (RFC 8259), for the message to its sender.
struct JSONFault: Error, Hashable {
    /// The fault in a few words: `unexpected "}"`.
    let reason: String
    /// Counted from 1.
    let line: Int
    /// Counted from 1, in characters.
    let column: Int

    /// The first fault of a content; nil if it is JSON.
    static func first(in content: ByteBuffer) -> JSONFault? {
        var reader = Reader(bytes: Array(content.readableBytesView))
        do throws(JSONFault) {
            try reader.text()
            return nil
        } catch {
            return error
        }
    }

    /// The deepest nesting that `JSONDecoder` reads.
    private static let maximumDepth = 512

    private struct Reader {
        let bytes: [UInt8]
        private var index = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func text() throws(JSONFault) {
            try value(depth: 0)
            skipSpace()
            guard index == bytes.count else { throw unexpected() }
        }

        private mutating func value(depth: Int) throws(JSONFault) {
            skipSpace()
            guard let byte = next else { throw unexpected() }
            switch byte {
            case 0x7B: try members(depth: depth + 1)
            case 0x5B: try elements(depth: depth + 1)
            case 0x22: try string()
            case 0x2D, 0x30...0x39: try number()
            case 0x74: try word("true")
            case 0x66: try word("false")
            case 0x6E: try word("null")
            default: throw unexpected()
            }
        }

        private mutating func members(depth: Int) throws(JSONFault) {
            try enter(depth)
            guard !skip(0x7D) else { return }
            repeat {
                skipSpace()
                guard next == 0x22 else { throw unexpected() }
                try string()
                skipSpace()
                guard skip(0x3A) else { throw unexpected() }
                try value(depth: depth)
                skipSpace()
            } while skip(0x2C)
            guard skip(0x7D) else { throw unexpected() }
        }

        private mutating func elements(depth: Int) throws(JSONFault) {
            try enter(depth)
            guard !skip(0x5D) else { return }
            repeat {
                try value(depth: depth)
                skipSpace()
            } while skip(0x2C)
            guard skip(0x5D) else { throw unexpected() }
        }

        private mutating func enter(_ depth: Int) throws(JSONFault) {
            guard depth <= JSONFault.maximumDepth else { throw fault("too many nested values") }
            index += 1
            skipSpace()
        }

        private mutating func string() throws(JSONFault) {
            index += 1
            while let byte = next, byte != 0x22 {
                guard byte >= 0x20 else { throw fault("a control character in a string") }
                index += 1
                guard byte == 0x5C else { continue }
                guard let escaped = next else { break }
                guard "\"\\/bfnrtu".utf8.contains(escaped) else { throw fault("an invalid escape in a string") }
                index += 1
                guard escaped == 0x75 else { continue }
                let digits = bytes[index..<min(index + 4, bytes.count)]
                guard digits.count == 4, digits.allSatisfy(\.isHexDigit) else {
                    throw fault("an invalid escape in a string")
                }
                index += 4
            }
            guard skip(0x22) else { throw unexpected() }
        }

        private mutating func number() throws(JSONFault) {
            _ = skip(0x2D)
            if !skip(0x30) { try digits() }
            if skip(0x2E) { try digits() }
            if skip(0x65) || skip(0x45) {
                _ = skip(0x2B) || skip(0x2D)
                try digits()
            }
        }

        private mutating func digits() throws(JSONFault) {
            guard let byte = next, byte.isDigit else { throw unexpected() }
            while let byte = next, byte.isDigit { index += 1 }
        }

        private mutating func word(_ word: String) throws(JSONFault) {
            for byte in word.utf8 {
                guard skip(byte) else { throw unexpected() }
            }
        }

        private mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
        }

        private mutating func skip(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            index += 1
            return true
        }

        private func unexpected() -> JSONFault {
            guard let byte = next else { return fault("the end comes too early") }
            // Letters and signs as they are; all else can't be told apart in a message.
            guard (0x21...0x7E).contains(byte) else { return fault("an unexpected character") }
            return fault(byte == 0x22 ? "an unexpected quotation mark" : "unexpected \"\(UnicodeScalar(byte))\"")
        }

        private func fault(_ reason: String) -> JSONFault {
            let before = bytes[..<index]
            let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            return JSONFault(
                reason: reason,
                line: before.count { $0 == 0x0A } + 1,
                column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
            )
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }

    fileprivate var isHexDigit: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
}
