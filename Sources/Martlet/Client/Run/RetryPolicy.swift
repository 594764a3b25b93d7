import HTTPTypes

/// Decides whether a request whose connection broke is retried automatically (RFC 9110 section 9.2.2, RFC 9112 section
/// 9.3.1).
///
/// - Once a byte of the response has arrived, never.
/// - If none of the request was sent, always: the server cannot have seen it.
/// - If some of it was sent, only if the method is idempotent and the connection had served a request before: then the
///   server most likely closed it while the request was on its way. On a new connection the server itself is in
///   trouble.
/// - If the content cannot be sent a second time, only as long as nothing of it has been taken.
package struct RetryPolicy: Sendable, Hashable {
    /// How often one request is made again. Defaults to 2.
    package var limit: Int
    /// Whether idempotent requests are also made again when a new connection broke. Defaults to `false`.
    package var retriesOnNewConnections: Bool

    /// The policy with these settings.
    package init(limit: Int = 2, retriesOnNewConnections: Bool = false) {
        self.limit = limit
        self.retriesOnNewConnections = retriesOnNewConnections
    }

    /// No request is made again.
    package static let never = RetryPolicy(limit: 0)

    /// How far a request got.
    package enum Progress: Sendable, Hashable {
        /// No byte of it was handed to the system.
        case nothingSent
        /// Some of it, or all, may have reached the server.
        case sent
        /// At least one byte of the response has arrived.
        case responseStarted
    }

    /// Whether to retry a request whose connection broke.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - progress: How far the request got.
    ///   - isReusedConnection: Whether the connection had served another request before.
    ///   - canRepeatContent: Whether the content can be sent from its first byte: there is none, it is in memory or in
    ///     a file, or nothing has been taken from its stream.
    ///   - isIdempotent: Whether the request can be made twice without harm, if the caller knows that, as with a field
    ///     `Idempotency-Key`. By default `nil`: the method decides.
    ///   - attempt: How often the request has been made so far, 1 for the first time.
    package func allowsRetry(
        of method: HTTPRequest.Method,
        after progress: Progress,
        isReusedConnection: Bool,
        canRepeatContent: Bool,
        isIdempotent: Bool? = nil,
        attempt: Int
    ) -> Bool {
        guard attempt <= limit, canRepeatContent else { return false }
        switch progress {
        case .responseStarted: return false
        case .nothingSent: return true
        case .sent:
            return (isIdempotent ?? Self.isIdempotent(method)) && (isReusedConnection || retriesOnNewConnections)
        }
    }

    /// Whether a method means the same made once or several times: GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110
    /// section 9.2.2).
    package static func isIdempotent(_ method: HTTPRequest.Method) -> Bool {
        switch method {
        case .get, .head, .options, .trace, .put, .delete: true
        default: false
        }
    }
}
