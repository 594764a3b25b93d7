/// A content coding that this package can apply and undo (RFC 9110 section 8.4.1).
public enum ContentCoding: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// `gzip` (RFC 1952); `x-gzip` is the same.
    case gzip
    /// `deflate`: the zlib format (RFC 1950) around deflated data.
    case deflate
    /// `identity`: no coding.
    case identity

    /// The coding with this name, whatever the case; `nil` if it is not known.
    public init?(_ token: String) {
        for coding in Self.allCases where coding.tokens.contains(where: { $0.equalsIgnoringCase(token) }) {
            self = coding
            return
        }
        return nil
    }

    /// The name, as sent in `Content-Encoding`.
    public var description: String { rawValue }

    /// All the names.
    var tokens: [String] {
        self == .gzip ? ["gzip", "x-gzip"] : [rawValue]
    }
}
