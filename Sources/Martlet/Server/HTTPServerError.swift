import HTTPTypes
import HTTPWire

/// A misuse of a response or of the server, or a connection that is gone.
public enum HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The head of the response has been sent, so it can't be changed any more.
    case headAlreadySent
    /// The response has been ended, so nothing more can be written to it.
    case responseEnded
    /// More was written than the response's Content-Length announces. The excess was not sent.
    case contentLengthExceeded(announced: Int, written: Int)
    /// Less was written than the response's Content-Length announces.
    case contentLengthNotReached(announced: Int, written: Int)
    /// The Content-Length is not a number of bytes.
    case invalidContentLength(String)
    /// A response with this status has no content (RFC 9110 section 6.4.1).
    case contentNotAllowed(HTTPResponse.Status)
    /// The status code can't be sent: a final response takes 200 to 599, an informational one 100 to 199 but not 101.
    case invalidStatus(Int)
    /// A field would break the message's framing, or let a peer inject another message.
    case invalidField(String)
    /// The server sets this field itself from the properties of the response.
    case reservedField(String)
    /// The content could not be compressed, which only a lack of memory can cause.
    case compressionFailed(ContentCodingError)
    /// A file became shorter while it was sent, so that the announced length can't be reached.
    case fileTruncated
    /// The connection can't be detached, since it carries other requests too, as those of HTTP/2 do.
    case connectionIsShared
    /// The client has closed the connection.
    case connectionClosed
    /// The server has been closed.
    case serverClosed
    /// The server is already serving, or being iterated over.
    case alreadyServing

    /// The fault, and its remedy.
    public var description: String {
        switch self {
        case .headAlreadySent:
            "Header already sent. Set the status, the headers and the cookies before the first write."
        case .responseEnded:
            "The response has been ended. Write before calling end()."
        case .contentLengthExceeded(let announced, let written):
            "Content size exceeds specified contentLength. \(written) bytes written while expected \(announced)."
        case .contentLengthNotReached(let announced, let written):
            "Content size below specified contentLength. \(written) bytes written but expected \(announced)."
        case .invalidContentLength(let text):
            "Content-Length must contain only digits, not \"\(text)\"."
        case .contentNotAllowed(let status):
            "A response with the status \(status.code) has no content."
        case .invalidStatus(let code):
            "\(code) is not a status code that can be sent here."
        case .invalidField(let explanation):
            explanation
        case .reservedField(let name):
            "\(name) is set by the server. Use the response's contentLength or isPersistent instead."
        case .compressionFailed(let error):
            "The content could not be compressed: \(error)."
        case .fileTruncated:
            "The file became shorter while it was sent."
        case .connectionIsShared:
            "The connection carries other requests too (HTTP/2), so its socket can't be detached."
        case .connectionClosed:
            "The client has closed the connection."
        case .serverClosed:
            "The server is closed."
        case .alreadyServing:
            "The server is already serving requests."
        }
    }
}
