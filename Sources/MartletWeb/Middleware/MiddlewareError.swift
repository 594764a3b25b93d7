import HTTPWire

/// Why a middleware can't be created.
public enum MiddlewareError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An origin that no page has: it must be a scheme, a host and, if it is not the scheme's default, a port.
    case invalidOrigin(String)
    /// A realm that is empty, or has other characters than those of printable ASCII.
    case invalidRealm(String)
    /// A user name that no client can send: it is empty, or has a colon or a control character.
    case invalidUsername(String)
    /// A password of this user that no client can send, since it has a control character; or an empty one.
    case invalidPassword(username: String)
    /// A content coding that can't be undone: its library is not built in, or it is `identity`, which is none.
    case invalidCoding(ContentCoding)
    /// A time in which no handler can answer, or for which no cookie is valid: zero or less, or a hundred years.
    case invalidTimeout(Duration)
    /// A rate that no limit can have, with the reason.
    case invalidRate(String)
    /// A key to sign with that is not Base64, or has fewer than 32 bytes.
    case invalidSigningKey
    /// No key to sign with.
    case noSigningKey
    /// A number of bytes that no content has: zero or less.
    case invalidLimit(Int)

    /// The fault, and how to mend it.
    public var description: String {
        switch self {
        case .invalidOrigin(let origin):
            "\(origin.debugDescription) is not the origin of a page, such as https://example.com:8443."
        case .invalidRealm(let realm):
            "\(realm.debugDescription) is not a realm, which must be a text of printable ASCII characters."
        case .invalidUsername(let name):
            "\(name.debugDescription) is not a user name, which must be a text without colons and control characters."
        case .invalidPassword(let name):
            "The password of \(name.debugDescription) must be a text without control characters."
        case .invalidCoding(.identity):
            "\(ContentCoding.identity) is not a coding that can be undone, and is always accepted."
        case .invalidCoding(let coding):
            "The content coding \(coding) is not built in: it takes a trait of the package martlet."
        case .invalidTimeout(let timeout):
            "\(timeout) is not a time for this: it must be more than zero."
        case .invalidRate(let reason):
            "This is not a rate: \(reason)."
        case .invalidSigningKey:
            "The signing key must be at least 32 random bytes in Base64: openssl rand -base64 32."
        case .noSigningKey:
            "A signed cookie needs at least one key."
        case .invalidLimit(let limit):
            "\(limit) bytes is not a limit of content: it must be more than zero."
        }
    }
}
