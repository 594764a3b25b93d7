/// Percent-encoding (RFC 3986 section 2.1) and its form variant, in which a space is a plus.
public enum PercentEncoding {
    /// Why text cannot be decoded.
    public enum DecodingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The `%` at this byte offset is not followed by two hexadecimal digits.
        case invalidEscape(offset: Int)
        /// The decoded bytes are not UTF-8.
        case invalidUTF8
        /// The decoded bytes are not text in this other character set.
        case invalidText(TextEncoding)

        /// The error in a sentence.
        public var description: String {
            switch self {
            case .invalidEscape(let offset): "Two hexadecimal digits must follow the % at offset \(offset)"
            case .invalidUTF8: "The percent-decoded text is not valid UTF-8"
            case .invalidText(let encoding): "The percent-decoded text is not valid \(encoding.charset)"
            }
        }
    }

    /// The part of a URL to encode for. Every byte that it does not allow becomes `%` and two upper-case hexadecimal
    /// digits.
    public enum Component: Sendable, Hashable {
        /// One segment of a path: `pchar` is kept (RFC 3986 section 3.3), so `/`, `?`, `%` and space are encoded.
        case pathSegment
        /// A name or value in a query: only letters, digits and `-._~` are kept, and a space becomes `+`.
        case queryComponent
        /// Only letters, digits and `-._~` are kept (RFC 3986 section 2.3).
        case unreserved
    }

    /// Decodes `%XX`, and `+` to a space if asked to.
    ///
    /// - Throws: `DecodingError` for a `%` without two hexadecimal digits, or if the result is not UTF-8.
    public static func decode(_ text: String, plusIsSpace: Bool = false) throws(DecodingError) -> String {
        guard text.utf8.contains(where: { $0 == 0x25 || (plusIsSpace && $0 == 0x2B) }) else { return text }
        return try decode(text.utf8.span, plusIsSpace: plusIsSpace)
    }

    /// Decodes `%XX`, and `+` to a space if asked to, into bytes that need not be UTF-8.
    ///
    /// - Throws: `DecodingError.invalidEscape` for a `%` without two hexadecimal digits.
    public static func decodeBytes(_ text: String, plusIsSpace: Bool = false) throws(DecodingError) -> [UInt8] {
        try decodeBytes(text.utf8.span, plusIsSpace: plusIsSpace)
    }

    /// Encodes the bytes that `component` does not allow.
    public static func encode(_ text: String, as component: Component) -> String {
        var result = ""
        encode(text, as: component, into: &result)
        return result
    }

    /// Encodes the bytes that `component` does not allow, and appends the result.
    static func encode(_ text: String, as component: Component, into result: inout String) {
        let set: ByteSet = component == .pathSegment ? .pathSegment : .unreserved
        guard !text.utf8.allSatisfy(set.contains) else {
            result += text
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if set.contains(byte) {
                bytes.append(byte)
            } else if byte == 0x20, component == .queryComponent {
                bytes.append(0x2B)
            } else {
                appendEscape(of: byte, to: &bytes)
            }
        }
        result += String(decoding: bytes, as: UTF8.self)
    }

    /// Completes the encoding of partly encoded text: encodes what is neither in `set` nor a `%` followed by two
    /// hexadecimal digits.
    static func completed(_ text: Span<UInt8>, keeping set: ByteSet) -> String {
        var index = 0
        while index < text.count, set.contains(text[index]) { index += 1 }
        guard index < text.count else { return text.string(0..<text.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 16)
        for index in text.indices {
            if set.contains(text[index]) || text.isEscape(at: index) {
                bytes.append(text[index])
            } else {
                appendEscape(of: text[index], to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(0x25)
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 0x0F))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 &+ value : 0x37 &+ value
    }
}

extension PercentEncoding {
    package static func decode(_ text: Span<UInt8>, plusIsSpace: Bool) throws(DecodingError) -> String {
        var isPlain = true
        for index in text.indices where text[index] == 0x25 || (plusIsSpace && text[index] == 0x2B) {
            isPlain = false
            break
        }
        if isPlain { return text.string(0..<text.count) }
        let bytes = try decodeBytes(text, plusIsSpace: plusIsSpace)
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return decoded
    }

    /// Decodes a name or a value of a form that was percent-encoded in a character set. A `%` that is not followed by
    /// two hexadecimal digits stands for itself (WHATWG URL section 1.3).
    static func decode(_ text: Span<UInt8>, formIn encoding: TextEncoding) throws(DecodingError) -> String {
        var isPlain = true
        for index in text.indices where text[index] == 0x25 || text[index] == 0x2B {
            isPlain = false
            break
        }
        if isPlain, encoding == .utf8 { return text.string(0..<text.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if let byte = text.escapedByte(at: index) {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(text[index] == 0x2B ? 0x20 : text[index])
                index += 1
            }
        }
        if encoding == .utf8 {
            guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
            return decoded
        }
        guard let decoded = encoding.string(from: bytes) else { throw .invalidText(encoding) }
        return decoded
    }

    package static func decodeBytes(_ text: Span<UInt8>, plusIsSpace: Bool) throws(DecodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x25 {
                guard let escaped = text.escapedByte(at: index) else { throw .invalidEscape(offset: index) }
                bytes.append(escaped)
                index += 3
            } else {
                bytes.append(byte == 0x2B && plusIsSpace ? 0x20 : byte)
                index += 1
            }
        }
        return bytes
    }
}

extension Span<UInt8> {
    /// The byte that is percent-encoded at `offset`; `nil` if there is no `%` with two hexadecimal digits.
    func escapedByte(at offset: Int) -> UInt8? {
        guard isEscape(at: offset), let high = self[offset + 1].hexDigitValue, let low = self[offset + 2].hexDigitValue
        else { return nil }
        return high << 4 | low
    }
}
