/// Why credentials cannot be made or used.
public enum HTTPCredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bearer token has other characters than letters, digits, `-._~+/`, and `=` at its end.
    case invalidToken

    /// What is wrong, as a sentence.
    public var description: String {
        switch self {
        case .invalidToken:
            "A bearer token must be made of letters, digits and - . _ ~ + / only, with = at its end if need be."
        }
    }
}
