import HTTPTypes
import HTTPWire
import Martlet

/// Refuses what the pages of other origins send, so that they can't act in the name of their visitors (cross-site
/// request forgery).
///
/// ```swift
/// let protection = try CrossOriginProtection(trusting: ["https://admin.example.com"])
/// try await server.serve(around: [protection], handler)
/// ```
///
/// Browsers let any page send requests to any server, with that server's cookies, but say where they come from: in
/// `Sec-Fetch-Site` or, if they are old or the server is not secure, in `Origin`. Requests are answered 403 unless
///
/// - their method is GET, HEAD or OPTIONS, which must not change anything;
/// - `Sec-Fetch-Site` is `same-origin` or `none`, which is how a visitor's own input is marked;
/// - there is no `Sec-Fetch-Site`, and `Origin` is missing, as in requests of other programs, or has the host and port
///   that the request is for (`request.isOwnOrigin`).
///
/// This needs no tokens in forms. Pages of other subdomains are other origins, and are refused unless they are trusted.
/// A WebSocket over HTTP/2 begins with CONNECT, and is judged by the same rule: trust the origins that its
/// `allowedOrigins` has.
///
/// To exempt routes, use it in a ``Router/group(_:use:routes:)`` that they are not in, or decide by request.
public struct CrossOriginProtection: Middleware {
    /// Decides whether a request is answered although a page of another origin has sent it.
    public typealias Exemption = @Sendable (HTTPServerRequest) -> Bool

    private let trusted: Set<String>
    private let isExempt: Exemption?

    /// Trusts no other origin.
    ///
    /// - Parameter isExempt: Called for requests that would be refused; none is exempt by default.
    public init(exempting isExempt: Exemption? = nil) {
        trusted = []
        self.isExempt = isExempt
    }

    /// Trusts the pages of some other origins.
    ///
    /// - Parameters:
    ///   - origins: The origins, written as browsers do: `https://example.com`, `http://localhost:8080`, without a path
    ///     or slash. `null` can't be trusted: pages of any site can have that origin.
    ///   - isExempt: Called for requests that would be refused; none is exempt by default.
    /// - Throws: ``MiddlewareError/invalidOrigin(_:)``.
    public init(trusting origins: [String], exempting isExempt: Exemption? = nil) throws(MiddlewareError) {
        for origin in origins {
            // A star stands for itself in a host, and is never meant so.
            guard origin != "null", !origin.contains("*"), CORSPolicy.isOrigin(origin) else {
                throw .invalidOrigin(origin)
            }
        }
        trusted = Set(origins)
        self.isExempt = isExempt
    }

    /// Whether a request is answered.
    public func allows(_ request: HTTPServerRequest) -> Bool {
        switch request.method {
        case .get, .head, .options: true
        default: Self.isFromOwnPage(request) || isTrusted(request) || isExempt?(request) == true
        }
    }

    /// Wraps `handler` in the check.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            // A request that the server refuses has its answer already, and its method may not be known.
            if let refusal = request.refusal { throw refusal }
            guard allows(request) else {
                throw HTTPError(.forbidden, "Pages of other origins can't send such requests to this server.")
            }
            try await handler(request)
        }
    }

    /// Whether the request comes from a page of this server, or from no page.
    private static func isFromOwnPage(_ request: HTTPServerRequest) -> Bool {
        // Browsers don't let pages set this field, and send it once. Joined, several are none of the two values.
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        return request.hasAllowedOrigin(request.isOwnOrigin)
    }

    private func isTrusted(_ request: HTTPServerRequest) -> Bool {
        let origins = request.headers[values: .origin]
        guard let origin = origins.first, origins.count == 1 else { return false }
        return trusted.contains(origin)
    }
}
