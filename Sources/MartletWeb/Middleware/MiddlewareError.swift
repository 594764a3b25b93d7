/// Why a middleware can't be created.
public enum MiddlewareError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An origin that no page has: it must be a scheme, a host and, if it is not the scheme's default, a port.
    case invalidOrigin(String)

    /// What is wrong, and what to do about it.
    public var description: String {
        switch self {
        case .invalidOrigin(let origin):
            "\(origin.debugDescription) is not the origin of a page, such as https://example.com:8443."
        }
    }
}
