import HTTPTypes
import HTTPWire

extension HTTPClientResponse {
    /// The parts that following a redirect by hand takes.
    final class Origin: Sendable {
        let draft: RequestDraft
        let core: ClientCore

        init(_ draft: RequestDraft, _ core: ClientCore) {
            self.draft = draft
            self.core = core
        }
    }

    /// Follows a redirect that was not followed, however many there were before. Its target may redirect in turn, as
    /// often as the request's `maximumRedirects` allows. Credentials and cookies for one origin are not sent to
    /// another, as when redirects are followed automatically.
    ///
    /// ```swift
    /// let request = try client.open(.post, url)
    /// request.followsRedirects = false
    /// let response = try await request.end("data")
    /// let next = response.isRedirect ? try await response.redirect() : response
    /// ```
    ///
    /// - Parameters:
    ///   - method: The method of the next request; by default the one that the status asks for. With another method
    ///     than that, the request's content is not sent again.
    ///   - url: The target, which may be relative to ``url``; by default the value of `Location`.
    /// - Throws: ``HTTPClientError/redirect(_:after:)`` when this is not a redirect or can't be followed; otherwise
    ///   what a request throws.
    public func redirect(
        _ method: HTTPRequest.Method? = nil,
        to url: String? = nil
    ) async throws -> HTTPClientResponse {
        guard let origin else { throw HTTPClientError.redirect(.notARedirect(status.code), after: redirects) }
        let allowsDowngrade = origin.draft.redirectPolicy.allowsDowngrade
        let policy = RedirectPolicy(isEnabled: true, limit: .max, allowsDowngrade: allowsDowngrade)
        let decision =
            if let url {
                policy.decision(for: self.method, url: self.url, status: status, location: url, history: redirects)
            } else {
                policy.decision(for: self.method, url: self.url, status: status, fields: headers, history: redirects)
            }
        var draft = origin.draft
        // Another request of the caller's, with time of its own.
        draft.deadline = nil
        var run = RequestRun(draft, core: origin.core)
        run.redirects = redirects
        switch decision {
        case .stop(.missingLocation):
            throw HTTPClientError.redirect(.missingLocation, after: redirects)
        case .stop:
            throw HTTPClientError.redirect(.notARedirect(status.code), after: redirects)
        case .fail(let error):
            throw HTTPClientError.redirect(error, after: redirects)
        case .follow(let target, let next, let keepsBody, let dropsCredentials):
            try run.follow(
                RedirectInfo(method: self.method, url: self.url, status: status, location: target),
                method: method ?? next,
                keepsBody: keepsBody && (method ?? next) == next,
                dropsCredentials: dropsCredentials
            )
        }
        return try await run.run()
    }
}
