import HTTPTypes

/// A failure that is specific to HTTP/2 (RFC 9113 section 5.4).
public enum HTTP2Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The peer has reset the stream of this exchange (RST_STREAM).
    case streamReset(HTTP2ErrorCode)
    /// The peer has ended the connection (GOAWAY), with its explanation.
    case goAway(HTTP2ErrorCode, explanation: String)
    /// The peer's message is malformed (RFC 9113 section 8). The text names the rule.
    case malformedMessage(String)
    /// The peer violated the protocol, so the connection was closed. The text names the violation.
    case connectionFailed(String)

    /// The failure in a sentence.
    public var description: String {
        switch self {
        case .streamReset(let code): "The peer has reset the stream: \(code)"
        case .goAway(let code, let text):
            "The peer has ended the connection: \(code)\(text.isEmpty ? "" : " (\(text))")"
        case .malformedMessage(let text): "The message is malformed: \(text)"
        case .connectionFailed(let text): "The peer violated HTTP/2: \(text)"
        }
    }
}
