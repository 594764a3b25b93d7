import HTTPTypes
import HTTPWire

/// The origins of web pages from which a server accepts WebSockets (RFC 6455 section 10.2).
///
/// Browsers let any page open a WebSocket to any server, and send that server's cookies along: without a check, a page
/// of another site could act as its visitor. A request without `Origin`, which no browser sends, is always accepted.
public struct WebSocketOrigins: Sendable {
    private let accepts: @Sendable (_ origin: String, HTTPServerRequest) -> Bool

    /// Pages of the host and port that the request is for. Schemes are not compared, since a proxy may have terminated
    /// TLS. See ``HTTPServerRequest/isOwnOrigin(_:)``.
    public static let same = WebSocketOrigins { origin, request in request.isOwnOrigin(origin) }

    /// All pages: for services without cookies, or with another kind of authentication.
    public static let any = WebSocketOrigins { _, _ in true }

    /// Only pages of these origins, such as `https://example.com`.
    public static func only(_ origins: String...) -> WebSocketOrigins {
        only(origins)
    }

    /// Only pages of these origins, such as `https://example.com`.
    public static func only(_ origins: [String]) -> WebSocketOrigins {
        let allowed = Set(origins.compactMap { HTTPURL($0)?.origin })
        return WebSocketOrigins { origin, _ in HTTPURL(origin).map { allowed.contains($0.origin) } ?? false }
    }

    /// Pages for which `accepts` returns true, given the value of `Origin`.
    public init(_ accepts: @escaping @Sendable (_ origin: String, HTTPServerRequest) -> Bool) {
        self.accepts = accepts
    }

    /// Pages that either of two rules accepts: `.same.or(.only("https://example.com"))`.
    public func or(_ other: WebSocketOrigins) -> WebSocketOrigins {
        WebSocketOrigins { [accepts] origin, request in
            accepts(origin, request) || other.accepts(origin, request)
        }
    }

    func accept(_ request: HTTPServerRequest) -> Bool {
        request.hasAllowedOrigin { accepts($0, request) }
    }
}
