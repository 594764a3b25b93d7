/// A message part that must not be sent, because a peer would misread it.
///
/// When this is thrown the buffer is unchanged: what the same call had written before is removed.
public struct HTTPWriteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule that was broken.
    public enum Reason: Sendable, Hashable, CaseIterable {
        /// The method is not a token (RFC 9110 section 9.1).
        case invalidMethod
        /// The target is empty, or has a space, a control character or a byte from 0x80 on (RFC 9112 section 3.2).
        case invalidTarget
        /// The name is not a token (RFC 9110 section 5.1).
        case invalidFieldName
        /// The value has a control character, CR and LF among them (RFC 9110 section 5.5).
        case invalidFieldValue
        /// The field frames or routes the message and cannot be a trailer (RFC 9110 section 6.5.1).
        case forbiddenTrailer
    }

    /// The rule that was broken.
    public let reason: Reason
    /// The name of the offending field; empty for a request line. Never the value, which may be secret.
    public let fieldName: String

    init(_ reason: Reason, fieldName: String = "") {
        self.reason = reason
        self.fieldName = fieldName
    }

    /// The reason, and the field's name.
    public var description: String {
        switch reason {
        case .invalidMethod: "The method is not a token"
        case .invalidTarget: "The request target is empty or holds a forbidden character"
        case .invalidFieldName: "A field name is not a token: \(String(reflecting: fieldName))"
        case .invalidFieldValue: "The value of \(fieldName) holds a control character"
        case .forbiddenTrailer: "\(fieldName) cannot be sent as a trailer"
        }
    }
}
