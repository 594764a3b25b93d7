import HTTPTypes
import HTTPWire
import Martlet

/// A cookie whose value clients can read but not change, and not use for longer than they may.
///
/// ```swift
/// let theme = try SignedCookie("customer", keys: [SigningKey(base64: secret)], lifetime: .seconds(30 * 86_400))
/// try theme.set("4711", in: request)
/// let customer = theme.value(in: request)   // "4711"; nil if it is missing, changed or too old
/// try theme.remove(in: request)
/// ```
///
/// The value is followed by the time at which it ends and a code over both and the cookie's name (HMAC with SHA-256), so
/// that neither the value of another cookie nor an old one passes. To replace a key, put the new one in front: the first
/// signs, and all are tried on what clients send. A client that is to be forgotten at once, as after a log-out
/// everywhere, needs a session: what is signed stays valid.
public struct SignedCookie: Sendable {
    /// The name of the cookie.
    public let name: String
    /// How long a value is valid after it has been set.
    public let lifetime: Duration
    private let keys: [SigningKey]
    private let path: String
    private let domain: String?
    private let sameSite: SetCookie.SameSite

    /// Creates a kind of cookie.
    ///
    /// - Parameters:
    ///   - name: The name of the cookie, a token.
    ///   - keys: The keys: the first signs, and those after it are accepted, too. At least one.
    ///   - lifetime: How long a value is valid, in whole seconds. The client is told to drop the cookie then, and a
    ///     value that it keeps for longer is not accepted.
    ///   - path: The path below which the cookie is sent. `/` by default.
    ///   - domain: The domain of the cookie; nil, the default, means the host of the request only.
    ///   - sameSite: Whether requests from other sites carry the cookie. Lax by default.
    /// - Throws: ``MiddlewareError/noSigningKey`` or ``MiddlewareError/invalidTimeout(_:)``; a `CookieError` for a name,
    ///   a path or a domain that no cookie can have.
    public init(
        _ name: String,
        keys: [SigningKey],
        lifetime: Duration,
        path: String = "/",
        domain: String? = nil,
        sameSite: SetCookie.SameSite = .lax
    ) throws {
        guard !keys.isEmpty else { throw MiddlewareError.noSigningKey }
        guard lifetime >= .seconds(1), lifetime <= .seconds(Self.longestLifetime) else {
            throw MiddlewareError.invalidTimeout(lifetime)
        }
        self.name = name
        self.keys = keys
        self.lifetime = lifetime
        self.path = path
        self.domain = domain
        self.sameSite = sameSite
        // A fault in the attributes shows now, and not at the first request.
        _ = try cookie("", maxAge: 0, isSecure: true)
    }

    /// How many values of one request are checked at most.
    private static let candidateLimit = 4
    /// Browsers keep no cookie for longer than 400 days (RFC 6265bis section 5.5); some programs do.
    private static let longestLifetime = 100 * 365 * 86_400

    /// Sets the cookie with the response. A value that the cookie already has in this response is replaced.
    ///
    /// - Parameter request: The request of the client that the cookie is set for.
    /// - Parameter value: Any text; as Base64 and with its signature it must fit into a cookie, which browsers limit to
    ///   4096 bytes (RFC 6265bis section 5.6).
    /// - Throws: `CookieError`.
    public func set(_ value: String, in request: HTTPServerRequest) throws(CookieError) {
        let seconds = lifetime.components.seconds
        let signed = sign(value, endsAt: request.time.unixSeconds + seconds)
        keep(try cookie(signed, maxAge: Int(seconds), isSecure: request.isSecure), in: request)
    }

    /// Makes the client drop the cookie.
    ///
    /// - Throws: `CookieError`.
    public func remove(in request: HTTPServerRequest) throws(CookieError) {
        keep(try cookie("", maxAge: 0, isSecure: request.isSecure), in: request)
    }

    /// The value that the client has sent; nil if there is none, or if it is not one that was set, and is still valid.
    public func value(in request: HTTPServerRequest) -> String? {
        let now = request.time.unixSeconds
        // There is one for each path and domain, but never as many as fit into a head.
        for cookie in request.cookies.lazy.filter({ $0.name == name }).prefix(Self.candidateLimit) {
            if let value = verify(cookie.value, now: now) { return value }
        }
        return nil
    }

    private func cookie(_ value: String, maxAge: Int, isSecure: Bool) throws(CookieError) -> SetCookie {
        try SetCookie(
            name: name,
            value: value,
            maxAge: maxAge,
            domain: domain,
            path: path,
            isSecure: isSecure,
            isHTTPOnly: true,
            sameSite: sameSite
        )
    }

    private func keep(_ cookie: SetCookie, in request: HTTPServerRequest) {
        var cookies = request.response.cookies
        cookies.removeAll { $0.name == name }
        cookies.append(cookie)
        request.response.cookies = cookies
    }
}

extension SignedCookie {
    /// The value of the cookie: three parts in Base64 for URLs or in digits, with dots between them.
    func sign(_ value: String, endsAt end: Int64) -> String {
        let content = "\(Base64URL.encode(Array(value.utf8))).\(end)"
        // There is always a key.
        let code = keys.first?.code(of: "\(name)=\(content)") ?? []
        return "\(content).\(Base64URL.encode(code))"
    }

    /// The value that was signed; nil if the text is none, or is one no longer.
    func verify(_ text: String, now: Int64) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let code = Base64URL.decode(String(parts[2])) else { return nil }
        let signed = "\(name)=\(parts[0]).\(parts[1])"
        guard keys.contains(where: { $0.isCode(code, of: signed) }) else { return nil }
        guard let end = Int64(parts[1]), end > now, let value = Base64URL.decode(String(parts[0])) else { return nil }
        return String(validating: value, as: UTF8.self)
    }
}
