import HTTPTypes
import HTTPWire
import Martlet

/// Redirects plain http requests to https: to the same host, path and query.
///
/// ```swift
/// let redirect = try HTTPSRedirect(hosts: ["example.com", "*.example.com"])
/// let plain = try await HTTPServer.bind(.anyIPv6, port: 80)
/// try await plain.serve(redirect)
/// ```
///
/// GET and HEAD are answered 301 Moved Permanently, other methods 308 Permanent Redirect, so that the same is sent again.
/// `Host` is what a client likes: nobody is sent to a host that is not on the list, but answered 421 Misdirected Request.
/// Requests that are secure already go to the handler, as do those by which a certificate authority finds out whom the
/// host belongs to (`/.well-known/acme-challenge/` and a token, RFC 8555 section 8.3). Where there is no handler, those are
/// answered 404.
public struct HTTPSRedirect: RequestHandler, Middleware {
    private static let challenges = "/.well-known/acme-challenge/"

    private let hosts: HostNames
    private let port: Int?

    /// A redirect.
    ///
    /// - Parameters:
    ///   - hosts: The names of the server: a host name or an IP address, an IPv6 one in brackets; or `*.` and a name
    ///     for all hosts below it, at any depth, but not itself.
    ///   - port: The port of the https server. 443 by default, which is left out of URLs.
    /// - Throws: ``VirtualHostError/invalidName(_:)``.
    public init(hosts: [String], port: Int = 443) throws(VirtualHostError) {
        // A star alone would let clients choose the target of the redirect.
        guard !hosts.contains("*") else { throw .invalidName("*") }
        self.hosts = try HostNames(hosts)
        self.port = port == 443 ? nil : port
    }

    /// Wraps `handler` in the redirect: it gets secure requests and those of certificate authorities.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            if request.isSecure || request.refusal != nil || Self.isChallenge(request) {
                return try await handler(request)
            }
            try await redirect(request)
        }
    }

    /// Redirects the request; one that is secure is answered 404, since there is nothing else here.
    public func handle(_ request: HTTPServerRequest) async throws {
        try await handler(request)
    }

    /// The closure that redirects requests.
    public var handler: HTTPServer.Handler {
        wrapping { _ in throw HTTPError(.notFound) }
    }

    private func redirect(_ request: HTTPServerRequest) async throws {
        // This takes into account what trusted proxies say.
        guard request.url.form != .authority, let asked = HTTPURL(request.requestedURL),
            let authority = Authority(host: asked.host, port: port)
        else { throw HTTPError(.badRequest) }
        guard hosts.contains(authority.host) else {
            throw HTTPError(HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"))
        }
        // As sent, so that the https server sees the same.
        let path = request.url.form == .asterisk ? "/" : request.url.path
        let query = request.url.query.map { "?\($0)" } ?? ""
        try await request.response.redirect(
            to: "https://\(authority)\(path)\(query)",
            status: request.method == .get || request.method == .head ? .movedPermanently : .permanentRedirect
        )
    }

    /// Whether it is a certificate authority's request for a token: nothing else may be reached this way.
    private static func isChallenge(_ request: HTTPServerRequest) -> Bool {
        let path = request.url.path
        guard request.method == .get || request.method == .head, path.hasPrefix(challenges) else { return false }
        let token = path.utf8.dropFirst(challenges.utf8.count)
        return !token.isEmpty
            && token.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }
}
