/// Why a field value cannot be made of the parts given.
public enum FieldValueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// This must be a token (RFC 9110 section 5.6.2) and is not.
    case notAToken(String)
    /// The value of this parameter has a control character, which no quoting can carry.
    case invalidParameter(name: String)
    /// This text has a character that cannot stand in a field value at this place.
    case invalidValue(String)

    /// What is wrong, as a sentence.
    public var description: String {
        switch self {
        case .notAToken(let text): "Not a token: \(text.debugDescription)"
        case .invalidParameter(let name): "Invalid character in the value of parameter \(name.debugDescription)"
        case .invalidValue(let text): "Invalid field value: \(text.debugDescription)"
        }
    }
}
