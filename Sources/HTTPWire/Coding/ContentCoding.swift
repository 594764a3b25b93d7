/// A content coding (RFC 9110 section 8.4.1).
///
/// Not an enumeration: codings are added as others begin to use them. ``supported`` are those that this package applies and
/// undoes.
public struct ContentCoding: Sendable, Hashable, CustomStringConvertible {
    enum Name: String, Sendable, CaseIterable {
        case gzip, deflate, br, zstd, identity
    }

    let name: Name

    /// `gzip` (RFC 1952); `x-gzip` is the same.
    public static var gzip: ContentCoding { ContentCoding(name: .gzip) }
    /// `deflate`: the zlib format (RFC 1950) around deflated data.
    public static var deflate: ContentCoding { ContentCoding(name: .deflate) }
    /// `br`: Brotli (RFC 7932). Known by its name, and neither applied nor undone.
    public static var br: ContentCoding { ContentCoding(name: .br) }
    /// `zstd`: Zstandard (RFC 8878). Known by its name, and neither applied nor undone.
    public static var zstd: ContentCoding { ContentCoding(name: .zstd) }
    /// `identity`: no coding.
    public static var identity: ContentCoding { ContentCoding(name: .identity) }

    /// The codings that this package applies and undoes.
    public static var supported: [ContentCoding] { [.gzip, .deflate, .identity] }

    private init(name: Name) {
        self.name = name
    }

    /// The coding with this name, whatever the case; `nil` if it is not known.
    public init?(_ token: String) {
        let text = token.asciiLowercased
        guard let name = Name(rawValue: text == "x-gzip" ? "gzip" : text) else { return nil }
        self.init(name: name)
    }

    /// Whether this package applies and undoes the coding.
    public var isSupported: Bool {
        switch name {
        case .gzip, .deflate, .identity: true
        case .br, .zstd: false
        }
    }

    /// How many codings on top of each other are undone, as in curl. Each multiplies what a few bytes can expand to.
    public static var maximumStack: Int { 5 }

    /// The codings that the `Content-Encoding` fields of a message name, in the order in which they were applied (RFC
    /// 9110 section 8.4). `identity`, which means no coding, and empty members are left out.
    ///
    /// - Returns: `nil` if one is not ``supported``, or if there are more than ``maximumStack``.
    public static func codings(in fieldValues: [String]) -> [ContentCoding]? {
        var codings: [ContentCoding] = []
        for value in fieldValues {
            for member in FieldList(value) {
                guard let coding = ContentCoding(String(member)), coding.isSupported else { return nil }
                if coding == .identity { continue }
                guard codings.count < maximumStack else { return nil }
                codings.append(coding)
            }
        }
        return codings
    }

    /// The name, as sent in `Content-Encoding`.
    public var description: String { name.rawValue }
}
