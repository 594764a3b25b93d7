import NIOCore

/// The text before the first boundary of a multipart content. It means nothing (RFC 2046 section 5.1.1), unless the sender
/// meant it as a part: a line begins as a boundary does, and the next one is a field of a part.
struct MultipartPreamble: Sendable {
    /// The beginning of the current line, as far as it has been read.
    private enum Line: Sendable {
        case start
        case hyphen
        case boundary
        /// This many bytes of the name of a field.
        case field(Int)
        case text
    }

    /// The prefix, in lower case, that the names of a part's fields have in common.
    private static let field = Array("content-".utf8)

    /// Whether the preamble has no text; line ends do not count.
    private(set) var isEmpty = true
    private var line = Line.start
    private var followsBoundary = false

    /// Takes the next bytes.
    ///
    /// - Throws: `MultipartError.unexpectedBoundary`.
    mutating func take(_ bytes: ByteBufferView) throws(MultipartError) {
        for byte in bytes {
            if byte == 0x0D { continue }
            if byte == 0x0A {
                if case .boundary = line { followsBoundary = true } else { followsBoundary = false }
                line = .start
                continue
            }
            isEmpty = false
            switch line {
            case .start where byte == 0x2D:
                line = .hyphen
            case .start where followsBoundary && byte | 0x20 == Self.field[0]:
                line = .field(1)
            case .hyphen where byte == 0x2D:
                line = .boundary
            case .field(let count) where byte | 0x20 == Self.field[count] | 0x20:
                guard count + 1 < Self.field.count else { throw .unexpectedBoundary }
                line = .field(count + 1)
            case .boundary:
                break
            case .start, .hyphen, .field, .text:
                line = .text
            }
        }
    }
}
