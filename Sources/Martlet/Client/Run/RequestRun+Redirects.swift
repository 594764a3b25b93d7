import HTTPTypes
import HTTPWire

/// Following redirects (RFC 9110 section 15.4).
extension RequestRun {
    /// Whether the response is a redirect to follow; the draft is then the next request.
    mutating func redirects(after response: HTTPClientResponse) async throws -> Bool {
        guard RedirectPolicy.isRedirect(response.status) else { return false }
        let decision = draft.redirectPolicy.decision(
            for: draft.method,
            url: draft.url,
            status: response.status,
            fields: response.headers,
            history: redirects
        )
        switch decision {
        case .stop:
            return false
        case .fail(let error):
            throw HTTPClientError.redirect(error, after: redirects)
        case .follow(let url, let method, let keepsBody, let dropsCredentials):
            let redirect = RedirectInfo(method: draft.method, url: draft.url, status: response.status, location: url)
            if let onRedirect = core.configuration.onRedirect {
                let isWanted = try await TimeLimit.run(within: timeLimit) { try await onRedirect(redirect, response) }
                if !isWanted { return false }
            }
            try follow(redirect, method: method, keepsBody: keepsBody, dropsCredentials: dropsCredentials)
            return true
        }
    }

    /// Makes the draft the request that follows `redirect`.
    mutating func follow(
        _ redirect: RedirectInfo,
        method: HTTPRequest.Method,
        keepsBody: Bool,
        dropsCredentials: Bool
    ) throws {
        let url = redirect.location
        if keepsBody, !draft.isRepeatable {
            throw HTTPClientError.bodyNotRepeatable("The server redirects to \(url.absoluteTarget)")
        }
        redirects.append(redirect)
        draft.url = url
        draft.method = method
        if !keepsBody {
            draft.body = nil
            draft.stream = nil
        }
        // The client's default fields, which a request without its own has, are sent to any origin.
        if var headers = draft.headers {
            let secrets = core.configuration.secretHeaders
            RedirectPolicy.prepare(
                &headers,
                keepsBody: keepsBody,
                dropsCredentials: dropsCredentials,
                secrets: secrets
            )
            draft.headers = headers
        }
        if dropsCredentials { draft.cookies = [] }
        // A server that puts a name and a password into a URL knows them already.
        let isOtherUser = url.username != redirect.url.username || url.password != redirect.url.password
        if dropsCredentials || (url.username != nil && isOtherUser) {
            attempts = ClientAuthentication.Attempts(for: url)
        }
    }
}
