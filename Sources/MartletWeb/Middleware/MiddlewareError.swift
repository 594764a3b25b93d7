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
    /// A time in which no handler can answer: zero or less.
    case invalidTimeout(Duration)
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
        case .invalidTimeout(let timeout):
            "\(timeout) is not a time in which a handler can answer: it must be more than zero."
        case .invalidLimit(let limit):
            "\(limit) bytes is not a limit of content: it must be more than zero."
        }
    }
}
