import HTTPWire

/// A cookie in a jar (RFC 6265bis section 5.7).
public struct StoredCookie: Sendable, Hashable {
    /// The name; empty if the server gave none.
    public let name: String
    /// The value, with the quotes around it if there are any.
    public let value: String
    /// The host that set the cookie, or the one its `Domain` names; in lower case, IPv6 without brackets.
    public let domain: String
    /// Whether the cookie is sent to `domain` only, and not to its subdomains.
    public let isHostOnly: Bool
    /// The path at and below which the cookie is sent.
    public let path: String
    /// Whether the cookie is sent over TLS only.
    public let isSecure: Bool
    /// Whether the cookie is hidden from scripts. A client without scripts sends it all the same.
    public let isHTTPOnly: Bool
    /// Whether requests from other sites carry the cookie; `nil` counts as `.lax`.
    public let sameSite: SetCookie.SameSite?
    /// When the cookie is dropped; `nil` at the end of the session.
    public let expires: HTTPDate?
    /// When a cookie of this name, domain and path was stored first.
    public internal(set) var creation: HTTPDate
    /// When the cookie was last sent or stored.
    public internal(set) var lastAccess: HTTPDate
    /// Grows from cookie to cookie in the order of their creation, finer than `creation` tells.
    var serial: Int

    /// Whether the cookie is dropped at the end of the session.
    public var isSessionCookie: Bool { expires == nil }

    /// Whether the cookie is not to be sent any more.
    public func isExpired(at now: HTTPDate) -> Bool {
        expires.map { $0 <= now } ?? false
    }

    /// Whether the two are for the same place: the newer one replaces the older (RFC 6265bis section 5.7).
    func replaces(_ other: StoredCookie) -> Bool {
        name == other.name && domain == other.domain && isHostOnly == other.isHostOnly && path == other.path
    }

    /// The cookie as it is sent.
    var cookie: Cookie {
        Cookie(receivedName: name, value: value)
    }
}

extension StoredCookie: CustomStringConvertible {
    /// Name, domain and path. Values are secrets, and not shown.
    public var description: String {
        "cookie \(name) of \(isHostOnly ? "" : ".")\(domain)\(path)"
    }
}
