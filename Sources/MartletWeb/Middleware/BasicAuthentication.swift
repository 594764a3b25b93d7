import HTTPTypes
import HTTPWire
import Martlet

/// Lets users in by name and password (RFC 7617).
///
/// ```swift
/// let login = try BasicAuthentication(realm: "admin") { username, password in
///     try await accounts.verify(username, password)
/// }
/// router.group("/admin", use: login) { admin in
///     admin.get("/") { request in
///         let user = request[BasicAuthentication.UserKey.self] ?? ""
///         try await request.response.end("Hello, \(user)!")
///     }
/// }
/// ```
///
/// Requests without credentials, with malformed or with wrong ones are answered 401 and a challenge, for which browsers
/// ask their user. The credentials are sent in plain text with each request: use it over TLS only. Browsers send
/// them with what pages of other sites send, too: put ``CrossOriginProtection`` around it. ``CORSPolicy`` belongs
/// around it as well, since preflights have no credentials.
public struct BasicAuthentication: Middleware {
    /// Whether the password is that of the user.
    public typealias Check = @Sendable (_ username: String, _ password: String) async throws -> Bool

    /// The key of the name of the user whose password was right.
    public enum UserKey: RequestStorageKey {
        /// A user name.
        public typealias Value = String
    }

    private let challenge: AuthenticationChallenge
    private let check: Check

    /// Checks credentials with a closure.
    ///
    /// - Parameters:
    ///   - realm: What the credentials are for; browsers show it to their user. Printable ASCII characters.
    ///   - check: Called for each request with credentials. Compare secrets with `SecretText`, and passwords with
    ///     hashes that are made for that. What it throws is answered as an error of a handler.
    /// - Throws: ``MiddlewareError/invalidRealm(_:)``.
    public init(realm: String, check: @escaping Check) throws(MiddlewareError) {
        challenge = try AuthenticationChallenge("Basic", realm: realm, ["charset": "UTF-8"])
        self.check = check
    }

    /// Lets a few users in, whose passwords are known in plain text, for example from the environment.
    ///
    /// The time of a check says nothing about names and passwords, but grows with the number of users.
    ///
    /// - Parameters:
    ///   - realm: What the credentials are for; browsers show it to their user. Printable ASCII characters.
    ///   - users: User names and their passwords.
    /// - Throws: ``MiddlewareError``.
    public init(realm: String, users: [String: String]) throws(MiddlewareError) {
        func canBeSent(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
        for (name, password) in users {
            guard canBeSent(name), !name.utf8.contains(0x3A) else { throw .invalidUsername(name) }
            guard canBeSent(password) else { throw .invalidPassword(username: name) }
        }
        let accounts = users.map { (name: SecretText($0.key), password: SecretText($0.value)) }
        try self.init(realm: realm) { username, password in
            var isAllowed = false
            for account in accounts {
                // Both are compared for each account, whatever the first says.
                let (isUser, isPassword) = (account.name.matches(username), account.password.matches(password))
                isAllowed = isUser && isPassword || isAllowed
            }
            return isAllowed
        }
    }

    /// Wraps `handler` in the check: it gets the requests of users whose password is right, with their name under
    /// ``UserKey``.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            // A request that the server refuses has its answer already.
            if let refusal = request.refusal { throw refusal }
            guard let (username, password) = request.authorization?.basic else {
                throw challenge.answer("A user name and a password are required.")
            }
            guard try await check(username, password) else {
                throw challenge.answer("The user name or the password is wrong.")
            }
            request[UserKey.self] = username
            try await handler(request)
        }
    }
}
