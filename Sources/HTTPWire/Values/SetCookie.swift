/// A cookie as a server sets it: the value of one `Set-Cookie` field (RFC 6265bis section 4.1; Dart's `Cookie`).
///
///     let cookie = try SetCookie(name: "sid", value: "31d4d96e", path: "/", isSecure: true, sameSite: .lax)
///     cookie.description   // "sid=31d4d96e; Path=/; Secure; HttpOnly; SameSite=Lax"
///
/// It is immutable, and everything in it has been checked, so the description is always safe to send.
public struct SetCookie: Sendable, Hashable {
    /// Whether requests from other sites carry the cookie (RFC 6265bis section 4.1.2.7).
    public enum SameSite: String, Sendable, Hashable {
        /// On navigation from other sites, but not on their embedded requests.
        case lax = "Lax"
        /// Never.
        case strict = "Strict"
        /// Always; the cookie must be secure.
        case none = "None"
    }

    /// The name, a token. Only a cookie that was received can have an empty one.
    public let name: String
    /// The value, including quotes around it if there are any.
    public let value: String
    /// When the client drops the cookie. If this and `maxAge` are `nil`, the client drops it at the end of its session.
    public let expires: HTTPDate?
    /// After how many seconds the client drops the cookie; immediately if this is 0 or less. Takes precedence over
    /// `expires`.
    public let maxAge: Int?
    /// The host that gets the cookie, along with its subdomains; `nil` means only the host that set it.
    public let domain: String?
    /// The path below which the cookie is sent; `nil` means the path of the request.
    public let path: String?
    /// Whether the cookie is sent over TLS only.
    public let isSecure: Bool
    /// Whether the cookie is hidden from scripts.
    public let isHTTPOnly: Bool
    /// Whether requests from other sites carry the cookie; `nil` leaves it to the client.
    public let sameSite: SameSite?
    /// Whether the client keeps a separate cookie for each top-level site (CHIPS).
    public let isPartitioned: Bool

    /// Creates a cookie to send. As in Dart, it is hidden from scripts unless `isHTTPOnly` is `false`.
    ///
    /// - Throws: `CookieError` if a character is not allowed in its place, or if the attributes break the rules of the
    ///   name's prefix (`__Secure-`, `__Host-`), of `SameSite=None` or of `Partitioned`.
    public init(
        name: String,
        value: String,
        expires: HTTPDate? = nil,
        maxAge: Int? = nil,
        domain: String? = nil,
        path: String? = nil,
        isSecure: Bool = false,
        isHTTPOnly: Bool = true,
        sameSite: SameSite? = nil,
        isPartitioned: Bool = false
    ) throws(CookieError) {
        try CookieError.check(name: name)
        try CookieError.check(value: value)
        if let domain { try CookieError.check(domain: domain) }
        if let path { try CookieError.check(path: path) }
        self.init(
            receivedName: name,
            value: value,
            expires: expires,
            maxAge: maxAge,
            domain: domain,
            path: path,
            isSecure: isSecure,
            isHTTPOnly: isHTTPOnly,
            sameSite: sameSite,
            isPartitioned: isPartitioned
        )
        if let violation { throw violation }
    }

    /// Creates a cookie of attributes that the parser has checked.
    init(
        receivedName name: String,
        value: String,
        expires: HTTPDate?,
        maxAge: Int?,
        domain: String?,
        path: String?,
        isSecure: Bool,
        isHTTPOnly: Bool,
        sameSite: SameSite?,
        isPartitioned: Bool
    ) {
        self.name = name
        self.value = value
        self.expires = expires
        self.maxAge = maxAge
        self.domain = domain
        self.path = path
        self.isSecure = isSecure
        self.isHTTPOnly = isHTTPOnly
        self.sameSite = sameSite
        self.isPartitioned = isPartitioned
    }

    /// A cookie that makes a client drop the one with this name, domain and path.
    ///
    /// - Throws: `CookieError` if a character is not allowed in its place.
    public static func removal(
        ofName name: String,
        domain: String? = nil,
        path: String? = nil
    ) throws(CookieError) -> SetCookie {
        let needsSecure = name.hasCookiePrefix("__secure-") || name.hasCookiePrefix("__host-")
        return try SetCookie(
            name: name,
            value: "",
            expires: HTTPDate(secondsSince1970: 0),
            maxAge: 0,
            domain: domain,
            path: path,
            isSecure: needsSecure
        )
    }

    /// The rule about attributes that the cookie breaks, if any. A client must not store such a cookie (RFC 6265bis
    /// section 5.7); only received cookies can have a violation.
    public var violation: CookieError? {
        // A value without a name must not pass for a name with a prefix.
        let prefixed = name.isEmpty ? value : name
        if prefixed.hasCookiePrefix("__secure-"), !isSecure || name.isEmpty { return .securePrefix }
        if prefixed.hasCookiePrefix("__host-"), !isSecure || domain != nil || path != "/" || name.isEmpty {
            return .hostPrefix
        }
        if sameSite == SameSite.none, !isSecure { return .insecureSameSiteNone }
        if isPartitioned, !isSecure { return .insecurePartitioned }
        return nil
    }
}

extension SetCookie: CustomStringConvertible {
    /// The field value: `name=value; Expires=…; Max-Age=…; Domain=…; Path=…; Secure; HttpOnly; SameSite=…;
    /// Partitioned`.
    public var description: String {
        var text = "\(name)=\(value)"
        if let expires { text += "; Expires=\(expires)" }
        if let maxAge { text += "; Max-Age=\(maxAge)" }
        if let domain { text += "; Domain=\(domain)" }
        if let path { text += "; Path=\(path)" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        if let sameSite { text += "; SameSite=\(sameSite.rawValue)" }
        if isPartitioned { text += "; Partitioned" }
        return text
    }
}

extension String {
    /// Whether the text begins with `prefix`, given in lower case, ignoring case (RFC 6265bis section 5.7).
    fileprivate func hasCookiePrefix(_ prefix: String) -> Bool {
        utf8.lazy.map(\.asciiLowercased).starts(with: prefix.utf8)
    }
}
