import HTTPTypes

/// What can go wrong with HTTP/2 that HTTP/1 does not know (RFC 9113 section 5.4).
public enum HTTP2Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The peer has ended this exchange, and no other, with RST_STREAM.
    case streamReset(HTTP2ErrorCode)
    /// The peer has ended the connection with GOAWAY, and what it says about that.
    case goAway(HTTP2ErrorCode, explanation: String)
    /// The peer's message breaks a rule (RFC 9113 section 8). The text says which.
    case malformedMessage(String)
    /// The peer breaks the rules of the connection, which therefore was closed. The text says how.
    case connectionFailed(String)

    /// What went wrong.
    public var description: String {
        switch self {
        case .streamReset(let code): "The peer has reset the stream: \(code)"
        case .goAway(let code, let text):
            "The peer has ended the connection: \(code)\(text.isEmpty ? "" : " (\(text))")"
        case .malformedMessage(let text): "The message is malformed: \(text)"
        case .connectionFailed(let text): "The peer does not keep to HTTP/2: \(text)"
        }
    }
}
