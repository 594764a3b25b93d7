import NIOCore

/// What stands before the first boundary of a multipart content. It means nothing (RFC 2046 section 5.1.1), unless it is a
/// part that the sender has meant: a line that begins as a boundary does, and a field of a part on the next one.
struct MultipartPreamble: Sendable {
    /// What the line that is being read has begun with so far.
    private enum Line: Sendable {
        case start
        case hyphen
        case boundary
        /// This many bytes of the name of a field.
        case field(Int)
        case text
    }

    /// What the names of the fields of a part begin with, in lower case.
    private static let field = Array("content-".utf8)

    /// Whether there is nothing. Line ends before the boundary are nothing.
    private(set) var isEmpty = true
    private var line = Line.start
    private var followsBoundary = false

    /// Takes what comes next.
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
