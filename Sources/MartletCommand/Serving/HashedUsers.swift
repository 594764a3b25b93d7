import Martlet
import MartletPasswords
import Synchronization

/// Checks the passwords of users of whom only hashes are known.
final class HashedUsers: Sendable {
    /// Says what is missing.
    static let unavailable = CommandFailure(
        .failure,
        "This martlet can't hash passwords. Build it with the trait Passwords: swift build --traits Passwords."
    )

    private let hashes: [String: String]
    /// The passwords that were right: a browser sends them with each request, and a hash takes tenths of a second.
    private let verified = Mutex<[String: SecretText]>([:])

    init(_ file: PasswordFile) {
        hashes = file.hashes
    }

    func verify(_ name: String, _ password: String) async throws -> Bool {
        if verified.withLock({ $0[name] })?.matches(password) == true { return true }
        #if Passwords
            guard try await Password.verify(password, hash: hashes[name]) else { return false }
            verified.withLock { $0[name] = SecretText(password) }
            return true
        #else
            return false
        #endif
    }

    /// Why a text is not a hash of a password; nil if it is one.
    static func fault(hash: String) -> String? {
        #if Passwords
            do {
                try Password.check(hash: hash)
                return nil
            } catch {
                return "\(error) Make lines with 'martlet hash-password NAME'."
            }
        #else
            return unavailable.message
        #endif
    }

    /// The hash of a password.
    static func hash(_ password: String) async throws -> String {
        #if Passwords
            return try await Password.hash(password)
        #else
            throw unavailable
        #endif
    }
}
