import HTTPTypes
import HTTPWire

/// After which answers a request is sent again, and after which pause.
struct BackoffPolicy: Sendable {
    var maximumRetries: Int
    /// The codes of the statuses after which requests are sent again.
    var statuses: Set<Int>
    var firstPause: Duration
    var longestPause: Duration

    /// Whether a request may be sent twice.
    func mayRepeat(_ request: PreparedRequest) -> Bool {
        guard request.isRepeatable else { return false }
        return RetryPolicy.isIdempotent(request.method) || request.headers[.idempotencyKey] != nil
    }

    /// The pause after which to send the request of a response again; nil to return the response.
    func pause(after response: HTTPClientResponse, retries: Int, now: HTTPDate) -> Duration? {
        guard statuses.contains(response.status.code) else { return nil }
        return pause(retries: retries, notBefore: response.headers.retryAfter(now: now))
    }

    /// The pause after which to send a request again that got no response; nil to throw the error.
    func pause(after error: any Error, retries: Int) -> Duration? {
        switch error as? HTTPClientError {
        case .unknownHost, .couldNotConnect, .connectionClosed, .http2, .timedOut(.connection, _, _, _),
            .timedOut(.read, _, _, _), .timedOut(.ping, _, _, _):
            pause(retries: retries, notBefore: nil)
        default: nil
        }
    }

    /// The pause before a retry: any up to one that doubles each time, but at least as long as the server asks for.
    func pause(retries: Int, notBefore minimum: Duration?) -> Duration? {
        guard retries < maximumRetries else { return nil }
        // More doublings than these exceed any sensible limit.
        let longest = min(longestPause, firstPause * (1 << min(retries, 20)))
        let pause = longest * Double.random(in: 0...1)
        guard let minimum else { return pause }
        // All clients that were told the same time would come back together: they spread over the pause.
        return minimum > longestPause ? nil : minimum + pause
    }
}
