public import HTTPTypes

/// Why bytes from a peer are not an HTTP/1.1 message, or one larger than allowed.
///
/// No parser goes on after an error: where the next message begins is not known any more, so the connection has to be
/// closed once the answer is sent (RFC 9112 section 2.2).
public struct HTTPParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule that was broken.
    public let reason: Reason
    /// Where: bytes from the start of the message's head, or of its body for an error of a `BodyDecoder`.
    public let position: Int

    /// An error of the given reason at a byte offset.
    public init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// The status a server answers with: 400, 414, 431, 501 or 505.
    public var status: HTTPResponse.Status { reason.status }

    /// The rule in a sentence with its RFC section, and the position.
    public var description: String { "\(reason.explanation) (at byte \(position))" }
}
