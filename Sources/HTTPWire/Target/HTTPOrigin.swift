/// The origin of a URL: scheme, host and port (RFC 9110 section 4.3.1, RFC 6454).
///
/// Credentials and cookies that are meant for one origin are not sent to another.
public struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The scheme in lower case.
    public let scheme: String
    /// The host in its canonical form, as ``Authority/host``: in lower case, an IPv6 address without its brackets.
    public let host: String
    /// The port to connect to.
    public let port: Int
    private let isIPLiteral: Bool

    init(scheme: String, hostAndPort: Authority, port: Int) {
        self.scheme = scheme
        host = hostAndPort.host
        isIPLiteral = hostAndPort.isIPLiteral
        self.port = port
    }

    /// Whether connections to the origin are encrypted: `https` or `wss`.
    public var isSecure: Bool { Self.isSecure(scheme: scheme) }

    /// The origin as text, without the scheme's default port: `https://example.com`, `http://[::1]:8080`.
    public var description: String {
        let name = isIPLiteral ? "[\(Authority.literal(host))]" : host
        return port == Self.defaultPort(of: scheme) ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
    }

    static func isSecure(scheme: String) -> Bool {
        scheme == "https" || scheme == "wss"
    }

    /// The default port of a scheme.
    package static func defaultPort(of scheme: String) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }
}
