import HTTPTypes
import HTTPWire
import Martlet

/// Limits how often each client is answered, with a bucket of tokens for each.
///
/// ```swift
/// router.use(try RateLimit(600, per: .seconds(60), burst: 100))
/// router.group("/search", use: try RateLimit(10, per: .seconds(60), name: "search")) { $0.get("/", search) }
/// ```
///
/// Every request takes a token out of its client's bucket, which holds ``RateLimitPolicy/burst`` tokens and is refilled
/// evenly. Where none is left, the request is answered 429 (Too Many Requests, RFC 6585 section 4) with `Retry-After`.
/// Responses say how many requests are left, in `RateLimit-Policy` and `RateLimit`
/// (draft-ietf-httpapi-ratelimit-headers).
///
/// A client is its IP address, or the /64 network of an IPv6 address, which one subscriber usually has alone. Behind a
/// proxy that is the proxy's own address, unless the server's configuration names it in `trustedProxies`; what else
/// clients say about their address does not count. Limit by something else, as by user, with a closure.
public struct RateLimit: Middleware {
    /// Names the bucket of a request: requests of one name share a bucket. Nil for requests without a limit.
    public typealias Key = @Sendable (_ request: HTTPServerRequest) async throws -> String?

    /// How many requests are answered.
    public let policy: RateLimitPolicy
    private let store: any RateLimitStore
    private let key: Key

    /// Limits requests to a rate.
    ///
    /// - Parameters:
    ///   - requests: How many requests of one client are answered in a `period`, on average.
    ///   - period: The time in which so many tokens are added to each bucket.
    ///   - burst: How many tokens a bucket holds, and so how many requests may come at once. As many as `requests` by
    ///     default.
    ///   - name: The name of the limit, for clients and for stores that several limits share.
    ///   - store: Where the buckets are kept. In this process's memory by default, for 100,000 clients.
    ///   - key: Names the bucket of a request. By default that of its client.
    /// - Throws: ``MiddlewareError/invalidRate(_:)``.
    public init(
        _ requests: Int,
        per period: Duration,
        burst: Int? = nil,
        name: String = "default",
        store: any RateLimitStore = MemoryRateLimitStore(),
        by key: @escaping Key = RateLimit.client
    ) throws(MiddlewareError) {
        policy = try RateLimitPolicy(name: name, requests: requests, per: period, burst: burst)
        self.store = store
        self.key = key
    }

    /// The client of a request: its IP address, the network of an IPv6 address, or `unix:` for those of a Unix-domain
    /// socket. Nil when its connection is closed.
    public static let client: Key = { request in
        request.remoteAddress.map { "\(ClientNetwork($0))" }
    }

    /// Wraps `handler`, which gets the requests within the limit.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            // A request that the server refuses has its answer already.
            if request.refusal == nil, let key = try await key(request) { try await take(key, for: request) }
            try await handler(request)
        }
    }

    /// Takes a token out of a bucket that the handler names, as for the attempts to log in as one user:
    ///
    /// ```swift
    /// try await attempts.take("user \(name)", for: request)
    /// ```
    ///
    /// The fields about the limit are added to the response.
    ///
    /// - Throws: An `HTTPError` of status 429 where no token is left.
    public func take(_ key: String, for request: HTTPServerRequest) async throws(HTTPError) {
        let decision =
            if let store = store as? MemoryRateLimitStore {
                store.take(from: key, policy, at: request.time.now)
            } else {
                await store.take(from: key, policy)
            }
        var headers = request.response.headers
        headers.append(HTTPField(name: .rateLimitPolicy, value: policy.fieldValue))
        headers.append(HTTPField(name: .rateLimit, value: decision.fieldValue(policy)))
        // The answer to an error keeps these fields.
        request.response.headers = headers
        guard !decision.isAllowed else { return }
        throw HTTPError(
            .tooManyRequests,
            "Too many requests; try again in \(decision.secondsUntilNext) s.",
            headers: [.retryAfter: "\(decision.secondsUntilNext)"]
        )
    }
}
