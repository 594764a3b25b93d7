#if Passwords
    /// Why a stored text can't be compared with a password.
    public enum PasswordHashError: Error, Sendable, Hashable, CustomStringConvertible {
        /// It is not a scrypt hash in the form `$scrypt$ln=15,r=8,p=3$salt$hash`.
        case notScrypt
        /// Its parameters are not allowed, or would take more than 256 MiB or many seconds.
        case unreasonableCost(String)

        /// The fault, without the hash.
        public var description: String {
            switch self {
            case .notScrypt: "The stored text is not a hash of the form $scrypt$ln=15,r=8,p=3$salt$hash."
            case .unreasonableCost(let parameters):
                "No password is hashed with the parameters \(parameters.debugDescription)."
            }
        }
    }
#endif
