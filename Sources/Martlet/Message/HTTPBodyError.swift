import HTTPTypes
import HTTPWire

/// Why the content of a message could not be read.
public enum HTTPBodyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The content has more bytes than the reader accepts.
    case tooLarge(limit: Int)
    /// The connection closed before the end of the content.
    case connectionClosed
    /// The framing of the content is invalid (RFC 9112 section 7).
    case malformed(HTTPParseError)
    /// The content can't be decompressed: it is not in the format that `Content-Encoding` names, or exceeds a limit.
    case undecodable(ContentCodingError)
    /// The peer sends more slowly than the configured minimum rate.
    case tooSlow
    /// The content has been read, or is being read, elsewhere. It can be read once.
    case alreadyRead
    /// The response has been ended, so the rest of the request's content was discarded.
    case discarded

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "The content is larger than the limit of \(limit) bytes."
        case .connectionClosed: "Connection closed while receiving data."
        case .malformed(let error): "The content is malformed: \(error)."
        case .undecodable(let error): "\(error)."
        case .tooSlow: "The content arrives too slowly."
        case .alreadyRead: "The content can be read only once."
        case .discarded: "The response has been ended, and the rest of the request's content was discarded."
        }
    }

    /// The status of the response to the peer.
    var status: HTTPResponse.Status {
        switch self {
        case .tooLarge: .contentTooLarge
        case .malformed(let error): error.status
        case .undecodable(let error): error.status
        case .tooSlow: .requestTimeout
        // The client has closed its half in the middle of it, and still reads.
        case .connectionClosed: .badRequest
        case .alreadyRead, .discarded: .internalServerError
        }
    }
}

extension ContentCodingError {
    /// The status of the response to a request with such content.
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .outputLimitExceeded, .ratioLimitExceeded: .contentTooLarge
        case .corrupt, .truncated, .trailingData, .windowLimitExceeded: .badRequest
        case .unsupported, .finished, .outOfMemory: .internalServerError
        }
    }
}
