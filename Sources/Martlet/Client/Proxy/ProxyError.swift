/// Why proxy settings cannot be used.
public enum ProxyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A list of proxies is empty.
    case noProxies
    /// A list of proxies has a malformed element. The text does not include credentials.
    case invalidElement(String)
    /// Proxies of this kind are not supported; `PROXY` and `HTTP` are.
    case unsupportedKind(String)
    /// The value of this environment variable is not the URL of an HTTP proxy.
    case invalidVariable(String)

    /// The error, and what to do about it.
    public var description: String {
        switch self {
        case .noProxies:
            "No proxies given. Use DIRECT for none."
        case .invalidElement(let text):
            "Invalid proxy configuration \(text.debugDescription). Write PROXY host:port or DIRECT."
        case .unsupportedKind(let kind):
            "Proxies of the kind \(kind) are not supported. Write PROXY host:port or DIRECT."
        case .invalidVariable(let name):
            "The environment variable \(name) is not the URL of an HTTP proxy, such as http://proxy.example:3128."
        }
    }
}
