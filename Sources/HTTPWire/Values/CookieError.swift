/// Why a cookie cannot be created.
public enum CookieError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A checked part of a cookie.
    public enum Part: String, Sendable, Hashable {
        /// The name, a token.
        case name
        /// The value.
        case value
        /// The attribute `Path`.
        case path
        /// The attribute `Domain`.
        case domain
    }

    /// The name is empty.
    case emptyName
    /// This part has a byte that is not allowed in it.
    case invalidCharacter(UInt8, in: Part)
    /// The path is not empty and does not begin with a slash.
    case relativePath
    /// The name begins with `__Secure-` and the cookie is not secure (RFC 6265bis section 4.1.3.1).
    case securePrefix
    /// The name begins with `__Host-` and the cookie is not secure, has a domain, or has another path than `/` (RFC
    /// 6265bis section 4.1.3.2).
    case hostPrefix
    /// `SameSite=None` on a cookie that is not secure (RFC 6265bis section 5.7).
    case insecureSameSiteNone
    /// `Partitioned` on a cookie that is not secure.
    case insecurePartitioned

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .emptyName: "A cookie needs a name"
        case .invalidCharacter(let byte, let part): "Invalid character in cookie \(part.rawValue), code unit: '\(byte)'"
        case .relativePath: "A cookie's path must begin with /"
        case .securePrefix: "A cookie named __Secure-… must be secure"
        case .hostPrefix: "A cookie named __Host-… must be secure, without domain, and with the path /"
        case .insecureSameSiteNone: "A cookie with SameSite=None must be secure"
        case .insecurePartitioned: "A partitioned cookie must be secure"
        }
    }

    static func check(name: String) throws(CookieError) {
        if name.isEmpty { throw .emptyName }
        try check(name.utf8.span, 0..<name.utf8.count, .name, against: .token)
    }

    static func check(value: String) throws(CookieError) {
        let bytes = value.utf8.span
        try check(bytes, bytes.unquoted(0..<bytes.count), .value, against: .cookieValue)
    }

    static func check(path: String) throws(CookieError) {
        try check(path.utf8.span, 0..<path.utf8.count, .path, against: .cookieAttribute)
        if let first = path.utf8.first, first != 0x2F { throw .relativePath }
    }

    /// Letters, digits, hyphens and dots, and the colons and brackets of IPv6: nothing that could end the attribute.
    static func check(domain: String) throws(CookieError) {
        for byte in domain.utf8 {
            switch byte {
            case 0x30...0x3A, 0x41...0x5B, 0x5D, 0x61...0x7A, 0x2D, 0x2E, 0x5F: continue
            default: throw .invalidCharacter(byte, in: .domain)
            }
        }
    }

    private static func check(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ part: Part,
        against set: ByteSet
    ) throws(CookieError) {
        for index in range where !set.contains(bytes[index]) { throw .invalidCharacter(bytes[index], in: part) }
    }
}
