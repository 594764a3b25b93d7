import HTTPTypes
import HTTPWire

/// Sends requests again that were not answered, or whose server was busy.
///
/// ```swift
/// configuration.middleware = [RequestRetries()]
/// ```
///
/// A request is sent again if that does no harm: its method is idempotent (RFC 9110 section 9.2.2) or it has an
/// `Idempotency-Key`, and its content can be sent twice. The pause before grows with each time, and is random, so that
/// many clients do not come back at the same moment; a server that says when to come back, by `Retry-After`, is obeyed.
/// A budget keeps retries from making the trouble of a server worse that fails all requests: it has room for a few, and
/// each request that is sent adds a fraction of another.
///
/// When no further retry is allowed, the last response is returned, whatever its status, and the last error thrown. The
/// client's `totalTimeout` counts for all of them together. The budget is that of one value and its copies: give clients
/// for different services each its own.
public struct RequestRetries: ClientMiddleware {
    private let policy: BackoffPolicy
    private let budget: RetryBudget

    /// Creates the middleware.
    ///
    /// - Parameters:
    ///   - maximumRetries: How often one request is sent again. 3 by default.
    ///   - statuses: The statuses after which it is. 429 (Too Many Requests), 502 (Bad Gateway), 503 (Service Unavailable)
    ///     and 504 (Gateway Timeout) by default.
    ///   - firstPause: The longest pause before the first retry; that before the next one may be twice as long, and so
    ///     on. 200 milliseconds by default.
    ///   - longestPause: The longest pause before a retry, and the longest `Retry-After` that is obeyed: after a longer
    ///     one the response is returned. 20 seconds by default.
    ///   - budget: How many retries there may be for each request that is sent, on average. 0.2 by default.
    ///   - reserve: How many retries there may be beyond that, at once. 10 by default.
    public init(
        maximumRetries: Int = 3,
        statuses: Set<HTTPResponse.Status> = [.tooManyRequests, .badGateway, .serviceUnavailable, .gatewayTimeout],
        firstPause: Duration = .milliseconds(200),
        longestPause: Duration = .seconds(20),
        budget: Double = 0.2,
        reserve: Int = 10
    ) {
        self.policy = BackoffPolicy(
            maximumRetries: maximumRetries,
            statuses: Set(statuses.map(\.code)),
            firstPause: firstPause,
            longestPause: longestPause
        )
        self.budget = RetryBudget(share: budget, reserve: reserve)
    }

    /// Wraps a function that sends requests.
    public func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
        { request in
            budget.requestBegins()
            var retries = 0
            while true {
                let pause: Duration?
                let result: Result<HTTPClientResponse, any Error>
                do {
                    let response = try await send(request)
                    pause = policy.pause(
                        after: response,
                        retries: retries,
                        now: request.core.time.date
                    )
                    result = .success(response)
                } catch {
                    pause = policy.pause(after: error, retries: retries)
                    result = .failure(error)
                }
                guard let pause, policy.mayRepeat(request), request.timeLeft.map({ pause < $0 }) ?? true,
                    budget.take()
                else { return try result.get() }
                retries += 1
                try await request.core.time.sleep(for: pause)
            }
        }
    }
}
