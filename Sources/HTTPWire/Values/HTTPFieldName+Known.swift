import HTTPTypes

/// Names of fields that servers and clients use and that swift-http-types lacks.
extension HTTPField.Name {
    /// `Accept-Charset` (RFC 9110 section 12.5.2, deprecated).
    public static let acceptCharset = known("Accept-Charset")
    /// `Accept-Patch` (RFC 5789 section 3.1).
    public static let acceptPatch = known("Accept-Patch")
    /// `Accept-Post` (W3C Linked Data Platform).
    public static let acceptPost = known("Accept-Post")
    /// `Alt-Svc` (RFC 7838).
    public static let altSvc = known("Alt-Svc")
    /// `Clear-Site-Data` (W3C).
    public static let clearSiteData = known("Clear-Site-Data")
    /// `Content-Digest` (RFC 9530 section 2).
    public static let contentDigest = known("Content-Digest")
    /// `Content-Transfer-Encoding` (RFC 2045 section 6), which HTTP uses in parts of forms only.
    public static let contentTransferEncoding = known("Content-Transfer-Encoding")
    /// `Cookie2` (RFC 2965, obsolete).
    public static let cookie2 = known("Cookie2")
    /// `Cross-Origin-Embedder-Policy` (WHATWG HTML).
    public static let crossOriginEmbedderPolicy = known("Cross-Origin-Embedder-Policy")
    /// `Cross-Origin-Opener-Policy` (WHATWG HTML).
    public static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
    /// `Digest` (RFC 3230, obsolete).
    public static let digest = known("Digest")
    /// `Forwarded` (RFC 7239).
    public static let forwarded = known("Forwarded")
    /// `Host` (RFC 9110 section 7.2), which HTTPTypes represents only as the authority of a request.
    public static let hostField = known("Host")
    /// `HTTP2-Settings` (RFC 7540 section 3.2.1).
    public static let http2Settings = known("HTTP2-Settings")
    /// `Idempotency-Key`: the name of a request that may be sent twice (draft-ietf-httpapi-idempotency-key-header).
    public static let idempotencyKey = known("Idempotency-Key")
    /// `Keep-Alive` (RFC 2068 section 19.7.1.1).
    public static let keepAlive = known("Keep-Alive")
    /// `Last-Event-ID` (WHATWG HTML, section 9.2.4).
    public static let lastEventID = known("Last-Event-ID")
    /// `Link` (RFC 8288).
    public static let link = known("Link")
    /// `Permissions-Policy` (W3C).
    public static let permissionsPolicy = known("Permissions-Policy")
    /// `Pragma` (RFC 9111 section 5.4, deprecated).
    public static let pragma = known("Pragma")
    /// `Proxy-Connection`, which some clients send to a proxy in place of `Connection`.
    public static let proxyConnection = known("Proxy-Connection")
    /// `RateLimit`: how many requests are left (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimit = known("RateLimit")
    /// `RateLimit-Policy`: how many requests are answered (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimitPolicy = known("RateLimit-Policy")
    /// `Referrer-Policy` (W3C).
    public static let referrerPolicy = known("Referrer-Policy")
    /// `Refresh` (WHATWG HTML).
    public static let refresh = known("Refresh")
    /// `Repr-Digest` (RFC 9530 section 3).
    public static let reprDigest = known("Repr-Digest")
    /// `Sec-Fetch-Site` (W3C).
    public static let secFetchSite = known("Sec-Fetch-Site")
    /// `Server-Timing` (W3C).
    public static let serverTiming = known("Server-Timing")
    /// `Timing-Allow-Origin` (W3C).
    public static let timingAllowOrigin = known("Timing-Allow-Origin")
    /// `Upgrade-Insecure-Requests` (W3C).
    public static let upgradeInsecureRequests = known("Upgrade-Insecure-Requests")
    /// `Warning` (RFC 7234 section 5.5, obsolete).
    public static let warning = known("Warning")
    /// `X-Accel-Buffering`: `no` keeps nginx and other proxies from holding a response back.
    public static let xAccelBuffering = known("X-Accel-Buffering")
    /// `X-Forwarded-For`: the addresses that a request came through, the client's first.
    public static let xForwardedFor = known("X-Forwarded-For")
    /// `X-Forwarded-Host`: the host in the request to the first proxy.
    public static let xForwardedHost = known("X-Forwarded-Host")
    /// `X-Forwarded-Port`: the port of the first proxy that received the request.
    public static let xForwardedPort = known("X-Forwarded-Port")
    /// `X-Forwarded-Proto`: the scheme of the request to the first proxy.
    public static let xForwardedProto = known("X-Forwarded-Proto")
    /// `X-Frame-Options` (RFC 7034).
    public static let xFrameOptions = known("X-Frame-Options")
    /// `X-Powered-By`.
    public static let xPoweredBy = known("X-Powered-By")
    /// `X-Real-IP`: the client's address, from a proxy.
    public static let xRealIP = known("X-Real-IP")
    /// `X-Request-ID`.
    public static let xRequestID = known("X-Request-ID")
    /// `X-Requested-With`.
    public static let xRequestedWith = known("X-Requested-With")
    /// `X-XSS-Protection`, which turns on a filter of old browsers.
    public static let xXSSProtection = known("X-XSS-Protection")

    private static func known(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is not a token") }
        return name
    }
}
