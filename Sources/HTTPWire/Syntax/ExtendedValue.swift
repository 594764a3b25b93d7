/// The values of parameters such as `filename*`: a character set, an optional language, and percent-encoded bytes (RFC
/// 8187).
///
///     ExtendedValue.decode("UTF-8''%e2%82%ac.txt")   // "€.txt"
enum ExtendedValue {
    /// The text; `nil` if the value is malformed, or in another character set than UTF-8 or ISO 8859-1.
    static func decode(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let encoding = TextEncoding(charset: String(parts[0])),
            encoding == .utf8 || encoding == .latin1, parts[2].utf8.allSatisfy({ $0 < 0x80 }),
            let bytes = try? PercentEncoding.decodeBytes(String(parts[2]))
        else { return nil }
        // A byte order mark has a meaning at the start of content only; here it is an ordinary character (WHATWG
        // Encoding section 6.1).
        return encoding == .utf8 ? String(validating: bytes, as: UTF8.self) : encoding.string(from: bytes)
    }

    /// The encoded text. Percent-encodes more than RFC 8187 section 3.2.1 requires, never less.
    static func encode(_ text: String) -> String {
        "UTF-8''\(PercentEncoding.encode(text, as: .unreserved))"
    }
}
