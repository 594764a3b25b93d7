/// Why credentials cannot be created.
public enum HTTPCredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bearer token has other characters than letters, digits, `-._~+/`, and `=` at its end.
    case invalidToken

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .invalidToken:
            "A bearer token must consist of letters, digits and - . _ ~ + / only, optionally with = at its end."
        }
    }
}
