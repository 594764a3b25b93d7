/// Why a field value cannot be created from its parts.
public enum FieldValueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text must be a token (RFC 9110 section 5.6.2) and is not.
    case notAToken(String)
    /// The value of this parameter has a control character, which can't be quoted.
    case invalidParameter(name: String)
    /// The text has a character that is not allowed in this part of a field value.
    case invalidValue(String)

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .notAToken(let text): "Not a token: \(text.debugDescription)"
        case .invalidParameter(let name): "Invalid character in the value of parameter \(name.debugDescription)"
        case .invalidValue(let text): "Invalid field value: \(text.debugDescription)"
        }
    }
}
