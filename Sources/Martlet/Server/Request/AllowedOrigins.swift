import HTTPWire

/// The web pages that may use a server, by their origins: scheme, host and port (RFC 6454).
///
/// ```swift
/// let socket = try await WebSocket.upgrade(request, allowedOrigins: .same.or(.only("https://example.com")))
/// ```
///
/// Browsers let any page send requests and open WebSockets to any server, and send that server's cookies along: without
/// a check, a page of another site could act as its visitor. Programs that are not browsers name no origin, or any.
public struct AllowedOrigins: Sendable {
    private enum Rule: Sendable {
        case any
        /// As they were given, and in the form that browsers send.
        case listed([String], serialized: Set<String>)
        case matching(@Sendable (_ origin: String, HTTPServerRequest) -> Bool)
    }

    /// The rules, any one of which can allow an origin.
    private let rules: [Rule]

    private init(rules: [Rule]) {
        self.rules = rules
    }

    /// Pages of the host and port that the request is for. Schemes are not compared, since a proxy may have terminated
    /// TLS. See ``HTTPServerRequest/isOwnOrigin(_:)``.
    public static let same = AllowedOrigins { origin, request in request.isOwnOrigin(origin) }

    /// All pages: for services without cookies, or with another kind of authentication.
    public static let any = AllowedOrigins(rules: [.any])

    /// Only pages of these origins, such as `https://example.com:8443`.
    public static func only(_ origins: String...) -> AllowedOrigins {
        only(origins)
    }

    /// Only pages of these origins, such as `https://example.com:8443`. `null` stands for pages without an origin.
    public static func only(_ origins: [String]) -> AllowedOrigins {
        AllowedOrigins(rules: [.listed(origins, serialized: Set(origins.map(serialized)))])
    }

    /// Pages for which `accepts` returns true. It gets `null` for pages without an origin.
    public static func matching(_ accepts: @escaping @Sendable (_ origin: String) -> Bool) -> AllowedOrigins {
        AllowedOrigins { origin, _ in accepts(origin) }
    }

    /// Pages for which `accepts` returns true, given the value of `Origin` and the request.
    public init(_ accepts: @escaping @Sendable (_ origin: String, HTTPServerRequest) -> Bool) {
        rules = [.matching(accepts)]
    }

    /// Pages that this or another rule allows.
    public func or(_ other: AllowedOrigins) -> AllowedOrigins {
        AllowedOrigins(rules: rules + other.rules)
    }

    /// Whether all pages are allowed, whatever their origin.
    package var allowsAll: Bool {
        rules.contains { if case .any = $0 { true } else { false } }
    }

    /// Whether pages of `origin` may send the request.
    ///
    /// - Parameter request: The request that has the origin.
    /// - Parameter origin: The value of `Origin`.
    public func allow(_ origin: String, toSend request: HTTPServerRequest) -> Bool {
        rules.contains { rule in
            switch rule {
            case .any: true
            case .listed(_, let serialized): serialized.contains(origin) || serialized.contains(Self.serialized(origin))
            case .matching(let accepts): accepts(origin, request)
            }
        }
    }

    /// The origins of the lists, as they were given.
    package var listed: [String] {
        rules.flatMap { rule -> [String] in
            if case .listed(let origins, serialized: _) = rule { origins } else { [] }
        }
    }

    /// The origin in the form that browsers send.
    private static func serialized(_ text: String) -> String {
        // Origins of other schemes, such as those of browser extensions, are opaque names.
        guard let url = HTTPURL(text), url.scheme == "http" || url.scheme == "https" else { return text }
        return url.origin.description
    }
}
