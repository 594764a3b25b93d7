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
    /// A time in which no handler can answer, or for which no cookie is valid: zero or less, or a hundred years.
    case invalidTimeout(Duration)
            "\(timeout) is not a time in which a handler can answer: it must be more than zero."
        case .invalidLimit(let limit):
            "\(limit) bytes is not a limit of content: it must be more than zero."
