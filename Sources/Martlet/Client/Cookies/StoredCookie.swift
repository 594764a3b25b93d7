import HTTPWire

/// A cookie in a jar (RFC 6265bis section 5.7).
public struct StoredCookie: Sendable, Hashable {
    /// The name; empty if the cookie has none.
    public let name: String
    /// The value, including quotes around it if there are any.
    public let value: String
    /// The host that set the cookie, or its `Domain`; in lower case, IPv6 without brackets.
    public let domain: String
    /// Whether the cookie is sent to `domain` only, and not to its subdomains.
    public let isHostOnly: Bool
    /// The path at and below which the cookie is sent.
    public let path: String
    /// Whether the cookie is sent over TLS only.
    public let isSecure: Bool
    /// Whether the cookie is hidden from scripts. This makes no difference to clients without scripts.
    public let isHTTPOnly: Bool
    /// Whether requests from other sites carry the cookie; `nil` counts as `.lax`.
    public let sameSite: SetCookie.SameSite?
    /// When the cookie is dropped; `nil` means at the end of the session.
    public let expires: HTTPDate?
    /// When a cookie with this name, domain and path was first stored.
    public internal(set) var creation: HTTPDate
    /// When the cookie was last sent or stored.
    public internal(set) var lastAccess: HTTPDate
    /// A number that increases in the order of creation, with a finer resolution than `creation`.
    var serial: Int

    /// Whether the cookie is dropped at the end of the session.
    public var isSessionCookie: Bool { expires == nil }

    /// Whether the cookie has expired, so that it must not be sent.
    public func isExpired(at now: HTTPDate) -> Bool {
        expires.map { $0 <= now } ?? false
    }

    /// Whether the two have the same name, domain and path, so that the newer one replaces the older (RFC 6265bis
    /// section 5.7).
    func replaces(_ other: StoredCookie) -> Bool {
        name == other.name && domain == other.domain && isHostOnly == other.isHostOnly && path == other.path
    }

    /// The cookie to send.
    var cookie: Cookie {
        Cookie(receivedName: name, value: value)
    }
}

extension StoredCookie: CustomStringConvertible {
    /// The name, domain and path. The value is secret, and not shown.
    public var description: String {
        "cookie \(name) of \(isHostOnly ? "" : ".")\(domain)\(path)"
    }
}
