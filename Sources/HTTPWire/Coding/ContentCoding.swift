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
        let name = token.asciiLowercased
        guard let coding = Self.allCases.first(where: { $0.isNamed(name) }) else { return nil }
        self = coding
    }

    /// How many codings on top of each other are undone, as in curl. Each multiplies what a few bytes can expand to.
    public static var maximumStack: Int { 5 }

    /// The codings that the `Content-Encoding` fields of a message name, in the order in which they were applied (RFC
    /// 9110 section 8.4). `identity`, which means no coding, and empty members are left out.
    ///
    /// - Returns: `nil` if one is not known, or if there are more than ``maximumStack``.
    public static func codings(in fieldValues: [String]) -> [ContentCoding]? {
        var codings: [ContentCoding] = []
        for value in fieldValues {
            for member in FieldList(value) {
                guard let coding = ContentCoding(String(member)) else { return nil }
                if coding == .identity { continue }
                guard codings.count < maximumStack else { return nil }
                codings.append(coding)
            }
        }
        return codings
    }

    /// The name, as sent in `Content-Encoding`.
    public var description: String { rawValue }

    /// Whether this name, given in lower case, is one of the coding (RFC 9110 section 8.4.1.3).
    func isNamed(_ name: String) -> Bool {
        name == rawValue || (self == .gzip && name == "x-gzip")
    }
}
