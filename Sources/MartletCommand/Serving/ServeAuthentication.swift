import Martlet
import MartletWeb

/// Asks all visitors of `martlet serve` for a name and a password (Basic, RFC 7617).
enum ServeAuthentication {
    /// The middleware for the options; nil if everybody is let in.
    static func make(_ options: AccessOptions) async throws -> (any Middleware)? {
        guard options.isUsed else { return nil }
        var users: [String: String] = [:]
        for user in options.auth {
            users[user.name] = try user.password ?? PasswordPrompt.ask("Password of \(user.name): ")
        }
        do {
            guard let path = options.authFile else { return try BasicAuthentication(realm: "martlet", users: users) }
            let known = users.map { (name: SecretText($0.key), password: SecretText($0.value)) }
            let hashed = HashedUsers(try PasswordFile(path: path))
            return try BasicAuthentication(realm: "martlet") { name, password in
                for user in known where user.name.matches(name) { return user.password.matches(password) }
                return try await hashed.verify(name, password)
            }
        } catch let error as MiddlewareError {
            throw CommandFailure(.usage, "--auth: \(error)")
        }
    }
}
