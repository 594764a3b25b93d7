/// Why content cannot be compressed or decompressed.
public enum ContentCodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The coding is known only by its name, since its library is not built in.
    case unsupported(ContentCoding)
    /// The data are not in the format, or their checksum is wrong. The text says what the library found.
    case corrupt(String)
    /// The data end too early.
    case truncated
    /// Something follows the end of the compressed data.
    case trailingData
    /// The decompressed content would be longer than this many bytes.
    case outputLimitExceeded(Int)
    /// The content would be more than this many times as long as the compressed data.
    case ratioLimitExceeded(Int)
    /// The data can't be decompressed within this many bytes of memory (RFC 9659 section 3).
    case windowLimitExceeded(Int)
    /// The stream was ended by `finish` or an earlier error.
    case finished
    /// There is not enough memory for the stream.
    case outOfMemory

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .unsupported(let coding): "The content coding \(coding) is not supported"
        case .corrupt(let reason): "The compressed data are corrupt: \(reason)"
        case .truncated: "The compressed data end too early"
        case .trailingData: "Something follows the compressed data"
        case .outputLimitExceeded(let limit): "The decompressed content is longer than \(limit) bytes"
        case .ratioLimitExceeded(let limit): "The decompressed content is more than \(limit) times as long as its data"
        case .windowLimitExceeded(let limit): "The compressed data need a window of more than \(limit) bytes"
        case .finished: "The stream has ended"
        case .outOfMemory: "There is not enough memory for the compression stream"
        }
    }
}

extension ContentCodingError {
    /// Whether the content that came out before the error is good as far as it goes. Content that exceeds a limit is
    /// refused altogether.
    var spoilsOnlyTheRest: Bool {
        switch self {
        case .corrupt, .truncated, .trailingData: true
        case .unsupported, .outputLimitExceeded, .ratioLimitExceeded, .windowLimitExceeded, .finished, .outOfMemory:
            false
        }
    }
}
