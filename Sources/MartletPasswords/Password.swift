#if Passwords
    import Foundation
    import Martlet

    /// Hashes of passwords, to store instead of them: scrypt (RFC 7914), each with a salt of its own.
    ///
    /// ```swift
    /// let hash = try await Password.hash(password)  // when the user registers
    /// ```
    ///
    /// ```swift
    /// guard try await Password.verify(password, hash: user?.hash) else {  // takes as long where there is no user
    ///     throw HTTPError(.unauthorized)
    /// }
    /// ```
    ///
    /// A hash takes 32 MiB and some tenths of a second of a processor, which is what makes guessing expensive. That work is
    /// done on threads of its own, as many at a time as half of the processors, so that it delays no other request. Limit how
    /// often each client may ask for it (`RateLimit` of MartletWeb).
    public enum Password {
        /// The most bytes of UTF-8 that a password may have: 1,024.
        public static let maximumBytes = 1_024

        /// The hash of a password, with its parameters and a random salt: a text such as
        /// `$scrypt$ln=15,r=8,p=3$c2FsdA$aGFzaA`, in the usual form of password hashes (PHC).
        ///
        /// The password is normalized (NFC, RFC 8265 section 4.2), so that the keyboard with which an accent is typed makes no
        /// difference.
        ///
        /// - Throws: `HTTPError`: 422 for a password that is empty or longer than ``maximumBytes``, and 503 if too many
        ///   passwords wait to be hashed. A `CancellationError` if the task is cancelled before its turn comes.
        public static func hash(_ password: String) async throws -> String {
            guard let bytes = bytes(of: password) else {
                throw HTTPError(.unprocessableContent, "A password must have 1 to \(maximumBytes) bytes.")
            }
            return try await ScryptThreads.shared.run { try ScryptHash(of: bytes).description }
        }

        /// Whether a password is that of a hash. The time says nothing about how much of it is right.
        ///
        /// - Parameters:
        ///   - password: The text that a client has sent.
        ///   - hash: A result of ``hash(_:)``, or another scrypt hash in that form; nil if there is no such user. The same
        ///     work is then done for nothing, so that the time does not tell which users exist.
        /// - Throws: ``PasswordHashError`` if `hash` is not a hash, or asks for more memory or time than is reasonable.
        ///   `HTTPError` of status 503 if too many passwords wait. A `CancellationError` if the task is cancelled before its
        ///   turn comes.
        public static func verify(_ password: String, hash: String?) async throws -> Bool {
            let stored = try hash.map { try ScryptHash($0) }
            // Also for a password that can't be right.
            let bytes = bytes(of: password)
            let isRight = try await ScryptThreads.shared.run {
                try (stored ?? .nobody).matches(bytes ?? [0])
            }
            return isRight && stored != nil && bytes != nil
        }

        /// Whether a hash was made with less work than ``hash(_:)`` takes now: replace it when its user logs in.
        public static func needsRehash(_ hash: String) -> Bool {
            guard let stored = try? ScryptHash(hash) else { return true }
            return stored.cost < .standard
        }

        /// Refuses a text that is not a hash, or one that takes an unreasonable time, before a password comes.
        package static func check(hash: String) throws(PasswordHashError) {
            _ = try ScryptHash(hash)
        }

        /// The bytes that are hashed; nil for passwords that are none.
        private static func bytes(of password: String) -> [UInt8]? {
            // A longer one is not even normalized, which would take time.
            guard !password.isEmpty, password.utf8.count <= maximumBytes else { return nil }
            return Array(password.precomposedStringWithCanonicalMapping.utf8)
        }
    }
#endif
