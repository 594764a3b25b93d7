#if Passwords
    extension Password {
        /// Refuses a text that is not a hash, or one that takes an unreasonable time, before a password comes.
        package static func check(hash: String) throws(PasswordHashError) {
            _ = try ScryptHash(hash)
        }
    }
#endif
