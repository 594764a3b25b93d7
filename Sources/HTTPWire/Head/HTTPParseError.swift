public import HTTPTypes

/// The rule or the limit that bytes from a peer violate, so that they are not an acceptable HTTP/1.1 message.
///
/// No parser continues after an error: the start of the next message is no longer known, so the connection has to be
/// closed after the response (RFC 9112 section 2.2).
public struct HTTPParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule that was broken.
    public let reason: Reason
    /// The offset in bytes from the start of the message's head, or of its body if a `BodyDecoder` has thrown the
    /// error.
    public let position: Int

    /// Creates an error with the given reason at a byte offset.
    public init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// The status of a server's response: 400, 414, 431, 501 or 505.
    public var status: HTTPResponse.Status { reason.status }

    /// The rule in a sentence with its RFC section, and the position.
    public var description: String { "\(reason.explanation) (at byte \(position))" }
}
