/// A content coding (RFC 9110 section 8.4.1).
///
/// Not an enumeration, since further codings may be added. ``supported`` are those that this package, as it was built,
/// applies and undoes.
public struct ContentCoding: Sendable, Hashable, CustomStringConvertible {
    enum Name: String, Sendable, CaseIterable {
        case gzip, deflate, br, zstd, identity
    }

    let name: Name

    /// `gzip` (RFC 1952); `x-gzip` is the same.
    public static var gzip: ContentCoding { ContentCoding(name: .gzip) }
    /// `deflate`: the zlib format (RFC 1950) around deflated data.
    public static var deflate: ContentCoding { ContentCoding(name: .deflate) }
    /// `br`: Brotli (RFC 7932). Supported with the package trait `Brotli`, which is off by default; otherwise known only
    /// by its name.
    public static var br: ContentCoding { ContentCoding(name: .br) }
    /// `zstd`: Zstandard (RFC 8878), with windows of at most 8 MiB (RFC 9659). Supported with the package trait
    /// `Zstandard`, which is off by default; otherwise known only by its name.
    public static var zstd: ContentCoding { ContentCoding(name: .zstd) }
    /// `identity`: no coding.
    public static var identity: ContentCoding { ContentCoding(name: .identity) }

    /// The codings that this package, as it was built, applies and undoes; those that are preferred for responses come
    /// first.
    public static let supported: [ContentCoding] = [.zstd, .br, .gzip, .deflate, .identity].filter(\.isSupported)

    /// The ``supported`` codings as the value of `Accept-Encoding`, in the order in which browsers name them: without
    /// package traits `gzip, deflate`.
    public static let accepted: String = {
        let codings: [ContentCoding] = [.gzip, .deflate, .br, .zstd]
        return codings.filter(\.isSupported).map(\.description).joined(separator: ", ")
    }()

    private init(name: Name) {
        self.name = name
    }

    /// The coding with this name, whatever the case; `nil` if it is not known.
    public init?(_ token: String) {
        let text = token.asciiLowercased
        guard let name = Name(rawValue: text == "x-gzip" ? "gzip" : text) else { return nil }
        self.init(name: name)
    }

    /// Whether this package, as it was built, applies and undoes the coding.
    public var isSupported: Bool { codec != nil }

    /// The format of the coding; nil if its library is not built in.
    var codec: (any ContentCodec.Type)? {
        switch name {
        case .gzip: return GzipCodec.self
        case .deflate: return DeflateCodec.self
        case .br:
            #if Brotli
                return BrotliCodec.self
            #else
                return nil
            #endif
        case .zstd:
            #if Zstandard
                return ZstandardCodec.self
            #else
                return nil
            #endif
        case .identity: return IdentityCodec.self
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
