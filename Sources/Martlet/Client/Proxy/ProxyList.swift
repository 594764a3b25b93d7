import HTTPWire

/// The routes to try one after the other until one leads to a connection: the result of a PAC script, or of Dart's
/// `findProxy`.
///
///     try ProxyList(pac: "PROXY proxy1:3128; PROXY user:pw@proxy2; DIRECT").routes
public struct ProxyList: Sendable, Hashable, CustomStringConvertible {
    /// The routes, the one to try first before the others. Never empty.
    public let routes: [ProxyRoute]

    /// Straight to the server.
    public static let direct = ProxyList(routes: [.direct])

    /// These routes; straight to the server if there are none.
    public init(routes: [ProxyRoute]) {
        self.routes = routes.isEmpty ? [.direct] : routes
    }

    /// Reads elements that semicolons separate: `PROXY host:port`, `HTTP host:port` or `DIRECT`, whatever the case. User
    /// name and password may stand before the host, as in Dart; the port is 80 unless given.
    ///
    /// - Throws: `ProxyError` if there is no element, if one is malformed, or if one is of a kind that is not supported:
    ///   `HTTPS`, `SOCKS`, `SOCKS4`, `SOCKS5`. Nothing is skipped, for what was meant to go through a proxy could go
    ///   straight then.
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

    /// The list as a PAC script has it, without credentials.
    public var description: String {
        routes.map(\.description).joined(separator: "; ")
    }

    /// The words without what stands before an `@`.
    private static func redacted(_ words: [Substring]) -> String {
        words.map { word in word.lastIndex(of: "@").map { "…\(word[$0...])" } ?? String(word) }.joined(separator: " ")
    }
}
