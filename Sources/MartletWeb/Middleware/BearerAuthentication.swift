import HTTPTypes
import HTTPWire
import Martlet

/// Lets clients in by a token in `Authorization` (RFC 6750).
///
/// ```swift
/// enum AccountKey: RequestStorageKey {
///     typealias Value = Account
/// }
///
/// let tokens = try BearerAuthentication(AccountKey.self, realm: "notes") { token in
///     try await accounts.account(withToken: token)
/// }
/// router.group("/api", use: tokens) { api in
///     api.get("/me") { request in
///         try await request.response.end(json: request[AccountKey.self])
///     }
/// }
/// ```
///
/// Requests without a token are answered 401 and a challenge, those whose token is not valid 401 with
/// `error="invalid_token"`, and malformed or contradictory credentials 400 with `error="invalid_request"`. Tokens in
/// forms and queries, which end up in logs, are not accepted. Put ``CORSPolicy`` around it, since preflights have no
/// credentials.
public struct BearerAuthentication<Key: RequestStorageKey>: Middleware {
    /// Finds what a token stands for; nil if it is not valid.
    public typealias Check = @Sendable (_ token: String) async throws -> Key.Value?

    private let missing: AuthenticationChallenge
    private let malformed: AuthenticationChallenge
    private let invalid: AuthenticationChallenge
    private let check: Check

    /// Checks tokens with a closure.
    ///
    /// - Parameters:
    ///   - key: The key under which handlers find what `check` returns.
    ///   - realm: What the tokens are for. Printable ASCII characters.
    ///   - check: Called for each request with a token; compare it with `SecretText`, or look up its hash. What it throws
    ///     is answered as an error of a handler: throw an `HTTPError` with 403 for a token that is valid, but not for
    ///     this request.
    /// - Throws: ``MiddlewareError/invalidRealm(_:)``.
    public init(_ key: Key.Type, realm: String, check: @escaping Check) throws(MiddlewareError) {
        missing = try AuthenticationChallenge("Bearer", realm: realm)
        malformed = try AuthenticationChallenge("Bearer", realm: realm, ["error": "invalid_request"])
        invalid = try AuthenticationChallenge("Bearer", realm: realm, ["error": "invalid_token"])
        self.check = check
    }

    /// Wraps `handler` in the check: it gets the requests with a valid token, and under the key what the token stands
    /// for.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            // A request that the server refuses has its answer already.
            if let refusal = request.refusal { throw refusal }
            try await authenticate(request)
            try await handler(request)
        }
    }

    private func authenticate(_ request: HTTPServerRequest) async throws {
        guard let value = try await check(token(of: request)) else { throw invalid.answer("The token is not valid.") }
        request[Key.self] = value
    }

    private func token(of request: HTTPServerRequest) throws(HTTPError) -> String {
        guard request.headers[.authorization] != nil else { throw missing.answer("A token is required.") }
        let authorization = request.authorization
        if let authorization, !authorization.isScheme("Bearer") { throw missing.answer("A token is required.") }
        guard let token = authorization?.bearerToken else {
            throw malformed.answer("The credentials are malformed.", status: .badRequest)
        }
        return token
    }
}
