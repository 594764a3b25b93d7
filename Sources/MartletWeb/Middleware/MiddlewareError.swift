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
    /// A time in which no handler can answer: zero or less.
    case invalidTimeout(Duration)

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
            "\(timeout) is not a time in which a handler can answer: it must be more than zero."
        }
    }
}
