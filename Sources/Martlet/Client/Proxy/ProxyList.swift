import HTTPWire

/// The routes to try in turn until a connection succeeds: the result of a PAC script, or of Dart's `findProxy`.
///
///     try ProxyList(pac: "PROXY proxy1:3128; PROXY user:pw@proxy2; DIRECT").routes
public struct ProxyList: Sendable, Hashable, CustomStringConvertible {
    /// The routes, in the order in which to try them. Never empty.
    public let routes: [ProxyRoute]

    /// A direct connection to the server.
    public static let direct = ProxyList(routes: [.direct])

    /// Creates a list of these routes; if there are none, of the direct one.
    public init(routes: [ProxyRoute]) {
        self.routes = routes.isEmpty ? [.direct] : routes
    }

    /// Reads elements separated by semicolons: `PROXY host:port`, `HTTP host:port` or `DIRECT`, ignoring case. User
    /// name and password may precede the host, as in Dart; the port is 80 by default.
    ///
    /// - Throws: `ProxyError` if there is no element, if one is malformed, or if one is of a kind that is not
    ///   supported: `HTTPS`, `SOCKS`, `SOCKS4`, `SOCKS5`. No element is skipped, since requests that should use a proxy
    ///   could then go directly.
    public init(pac text: String) throws(ProxyError) {
        var routes: [ProxyRoute] = []
        for element in text.split(separator: ";") {
            let words = element.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" }
            guard let kind = words.first else { continue }
            switch (String(kind).asciiLowercased, words.count) {
            case ("direct", 1):
                routes.append(.direct)
            case ("proxy", 2), ("http", 2):
                guard let route = ProxyRoute(address: words[1]) else {
                    throw .invalidElement(Self.redacted(words))
                }
                routes.append(route)
            case ("https", 2), ("socks", 2), ("socks4", 2), ("socks5", 2):
                throw .unsupportedKind(String(kind))
            default:
                throw .invalidElement(Self.redacted(words))
            }
        }
        guard !routes.isEmpty else { throw .noProxies }
        self.routes = routes
    }

    /// The list in the form of a PAC script, without credentials.
    public var description: String {
        routes.map(\.description).joined(separator: "; ")
    }

    /// The words without the text before an `@`.
    private static func redacted(_ words: [Substring]) -> String {
        words.map { word in word.lastIndex(of: "@").map { "…\(word[$0...])" } ?? String(word) }.joined(separator: " ")
    }
}
