public import HTTPTypes

/// Why content is not valid multipart content, or not a valid form, or exceeds a limit.
public enum MultipartError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The media type is not the expected one.
    case unsupportedMediaType(wanted: String)
    /// The media type names no boundary.
    case missingBoundary
    /// The boundary is not 1 to 70 of the allowed characters.
    case invalidBoundary(String)
    /// The content ends before the first boundary, or has none, or nothing but text before the closing one.
    case noParts
    /// The content begins with a different boundary than the media type announces.
    case unexpectedBoundary
    /// The content ends before the closing boundary.
    case truncated
    /// A boundary is followed by something other than a line end or two hyphens.
    case malformedBoundaryLine
    /// The fields of a part are malformed.
    case malformedHead(HTTPParseError.Reason)
    /// A part has no `Content-Disposition: form-data` with a name, or a malformed or ambiguous one.
    case malformedContentDisposition(String)
    /// A part has a transfer encoding such as base64, which HTTP does not need (RFC 7578 section 4.7).
    case unsupportedTransferEncoding(String)
    /// There are more parts than allowed.
    case tooManyParts(limit: Int)
    /// The head of a part is larger than allowed.
    case headTooLarge(limit: Int)
    /// The head of a part has more fields than allowed.
    case tooManyFields(limit: Int)
    /// The name of a field or a file is longer than allowed.
    case nameTooLong(limit: Int)
    /// There is more before the first boundary, or after the last, than allowed.
    case tooMuchAround(limit: Int)
    /// The whole content is larger than allowed.
    case tooLarge(limit: Int)

    /// The status of a server's answer: 400, 413, 415 or 431.
    public var status: HTTPResponse.Status {
        switch self {
        case .unsupportedMediaType, .unsupportedTransferEncoding: .unsupportedMediaType
        case .tooManyParts, .tooMuchAround, .tooLarge: .contentTooLarge
        case .headTooLarge, .tooManyFields, .nameTooLong: .requestHeaderFieldsTooLarge
        default: .badRequest
        }
    }

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .unsupportedMediaType(let wanted): "The content is not \(wanted)."
        case .missingBoundary: "The Content-Type has no boundary (RFC 2046 section 5.1)."
        case .invalidBoundary(let boundary):
            "\(boundary.debugDescription) is not a boundary: 1 to 70 letters, digits, spaces and '()+_,-./:=?, "
                + "and no space at the end (RFC 2046 section 5.1.1)."
        case .noParts: "The content has no line with its boundary (RFC 2046 section 5.1.1)."
        case .unexpectedBoundary: "The content begins with a different boundary than its Content-Type announces."
        case .truncated: "The content ends before its closing boundary (RFC 2046 section 5.1.1)."
        case .malformedBoundaryLine: "A line continues after the boundary (RFC 2046 section 5.1.1)."
        case .malformedHead(let reason): "The head of a part is malformed: \(reason.explanation)"
        case .malformedContentDisposition(let explanation): explanation
        case .unsupportedTransferEncoding(let encoding):
            "A part has the Content-Transfer-Encoding \(encoding); send it without one (RFC 7578 section 4.7)."
        case .tooManyParts(let limit): "The content has more than \(limit) parts."
        case .headTooLarge(let limit): "The head of a part is larger than \(limit) bytes."
        case .tooManyFields(let limit): "The head of a part has more than \(limit) fields."
        case .nameTooLong(let limit): "The name of a field or a file is longer than \(limit) bytes."
        case .tooMuchAround(let limit): "There are more than \(limit) bytes around the parts."
        case .tooLarge(let limit): "The content is larger than the limit of \(limit) bytes."
        }
    }
}
