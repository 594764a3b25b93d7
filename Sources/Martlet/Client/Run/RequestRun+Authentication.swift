import HTTPTypes
import HTTPWire
import NIOCore

/// Authenticating to servers, and to proxies that forward requests.
extension RequestRun {
    /// The content; nil when it is streamed.
    private var content: ByteBuffer? {
        if draft.stream != nil { return nil }
        return switch draft.body?.source {
        case nil: ByteBuffer()
        case .whole(let content): content.buffer
        case .stream: nil
        }
    }

    /// The `Authorization` to send before the server asks for it.
    mutating func authorization(_ fields: HTTPFields?) throws -> String? {
        if fields?[.authorization] != nil { return nil }
        return try core.authentication.authorization(
            for: draft.url,
            method: draft.method,
            target: draft.url.requestTarget,
            content: content,
            &attempts
        )
    }

    /// The `Proxy-Authorization` to send to a proxy that forwards the request.
    mutating func proxyAuthorization(_ route: ClientRoute, _ fields: HTTPFields?) throws -> String? {
        guard route.usesAbsoluteForm, let url = route.proxy?.url, fields?[.proxyAuthorization] == nil else {
            return nil
        }
        return try core.authentication.authorization(
            for: url,
            method: draft.method,
            target: draft.url.absoluteTarget,
            content: content,
            &proxyAttempts
        )
    }

    /// Whether the request is to be sent again with other credentials.
    mutating func authenticates(after response: HTTPClientResponse) async throws -> Bool {
        guard response.status == .unauthorized, draft.headers?[.authorization] == nil else { return false }
        let challenges = response.headers.challenges(in: .wwwAuthenticate)
        let ask = limited(core.configuration.authenticate)
        guard try await core.authentication.answer(challenges, for: draft.url, &attempts, ask: ask) else {
            return false
        }
        return try checkIsRepeatable("The server asks for authentication")
    }

    /// Whether the request, or the tunnel, is to be tried again with other credentials for the proxy.
    mutating func authenticatesProxy(_ fields: HTTPFields, _ route: ClientRoute) async throws -> Bool {
        guard let url = route.proxy?.url, draft.headers?[.proxyAuthorization] == nil else { return false }
        let challenges = fields.challenges(in: .proxyAuthenticate)
        let ask = limited(core.configuration.authenticateProxy)
        guard try await core.authentication.answer(challenges, for: url, &proxyAttempts, ask: ask) else { return false }
        // No byte of the content goes into a tunnel that was not opened.
        return try route.usesAbsoluteForm ? checkIsRepeatable("The proxy asks for authentication") : true
    }

    private typealias Ask = @Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?

    /// The same function, limited to the request's time.
    private func limited(_ ask: Ask?) -> Ask? {
        guard let ask, let limit = timeLimit else { return ask }
        return { url, challenge in
            try await TimeLimit.run(within: limit) { try await ask(url, challenge) }
        }
    }

    private func checkIsRepeatable(_ cause: String) throws -> Bool {
        guard draft.isRepeatable else { throw HTTPClientError.bodyNotRepeatable(cause) }
        return true
    }
}

extension ClientCore {
    /// The `Proxy-Authorization` to send to a proxy with CONNECT.
    func tunnelAuthorization(for proxy: PoolKey.Proxy, target: String) throws -> String? {
        guard let url = proxy.url else { return nil }
        var attempts = ClientAuthentication.Attempts()
        return try authentication.authorization(
            for: url,
            method: .connect,
            target: target,
            content: ByteBuffer(),
            &attempts
        )
    }

    /// Keeps what later requests need of a response: cookies and the next nonces.
    func note(_ fields: FieldBlock, from url: HTTPURL, _ route: ClientRoute) {
        store(fields, from: url)
        if let info = fields.value(.authenticationInfo) { authentication.update(info, for: url) }
        if let proxy = route.proxy?.url, let info = fields.value(.proxyAuthenticationInfo) {
            authentication.update(info, for: proxy)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let authenticationInfo = HTTPField.Name(parsed: "authentication-info") ?? .wwwAuthenticate
    fileprivate static let proxyAuthenticationInfo =
        HTTPField.Name(parsed: "proxy-authentication-info") ?? .proxyAuthenticate
}
