/// Why the settings of proxies cannot be used.
public enum ProxyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A list of proxies names none.
    case noProxies
    /// A list of proxies has an element that cannot be read. The text has no credentials in it.
    case invalidElement(String)
    /// A proxy of this kind cannot be used; `PROXY` and `HTTP` can.
    case unsupportedKind(String)
    /// The value of this environment variable is not the URL of a proxy.
    case invalidVariable(String)

    /// What is wrong and what to do about it.
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
