import HTTPWire

/// Why a jar has rejected a cookie (RFC 6265bis section 5.7).
public enum CookieRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name and value are both empty, or longer than 4096 bytes together, or an attribute is longer than 1024.
    case invalidSize
    /// The cookie violates a rule about its own attributes.
    case violation(CookieError)
    /// `Domain` is neither the host that sent the cookie nor a parent domain.
    case foreignDomain(String)
    /// `Domain` is a public suffix such as `com`: every site below it would get the cookie.
    case publicSuffix(String)
    /// A secure cookie arrived over an unencrypted connection, and not from this machine.
    case insecureConnection
    /// There is a secure cookie of the same name, which an unencrypted connection must not replace.
    case wouldOverwriteSecure
    /// The cookie is for same-site requests, and arrived with a cross-site one.
    case crossSite

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .invalidSize: "The cookie is empty or too long"
        case .violation(let error): error.description
        case .foreignDomain(let domain): "The cookie's domain \(domain) is not that of the server"
        case .publicSuffix(let domain): "The cookie's domain \(domain) is a public suffix"
        case .insecureConnection: "A secure cookie needs an encrypted connection"
        case .wouldOverwriteSecure: "An unencrypted connection cannot replace a secure cookie"
        case .crossSite: "The cookie came with a request from another site"
        }
    }
}
