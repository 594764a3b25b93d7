/// How the end of a message's content is found (RFC 9112 section 6).
public enum BodyFraming: Sendable, Hashable {
    /// The message has no content.
    case none
    /// The content has exactly this many bytes.
    case contentLength(Int)
    /// The content is sent in chunks, with trailers after the last one.
    case chunked
    /// The content ends when the connection closes (responses only).
    case untilClose
}

extension BodyFraming {
    /// Whether at least one byte of content can follow the head.
    public var hasContent: Bool {
        switch self {
        case .none: false
        case .contentLength(let length): length > 0
        case .chunked, .untilClose: true
        }
    }

    /// The number of bytes that the head announces, if it does.
    package var announcedLength: Int? {
        if case .contentLength(let length) = self { length } else { nil }
    }
}
