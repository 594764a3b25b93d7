import NIOCore

/// The rest of a line that begins with a boundary: two hyphens if it is the last, white space that some transport has
/// added, and the line end (RFC 2046 section 5.1.1).
enum BoundaryLine: Sendable {
    /// Nothing has been read.
    case start
    /// One hyphen.
    case hyphen
    /// Both hyphens: the line of the closing boundary.
    case closing
    /// This many blanks, or none.
    case padding(Int)
    /// The CR.
    case carriageReturn

    enum Outcome {
        /// The bytes have run out.
        case more(BoundaryLine)
        /// The two hyphens have been read.
        case closing
        /// The line end has been read.
        case end
    }

    /// How many blanks there may be.
    private static let maximumPadding = 256

    /// Whether the content may end here, if this is the line of the closing boundary.
    var mayEnd: Bool {
        if case .carriageReturn = self { false } else { true }
    }

    /// Takes the rest of the line from the buffer.
    func read(_ buffer: inout ByteBuffer) throws(MultipartError) -> Outcome {
        var line = self
        while let byte = buffer.readInteger(as: UInt8.self) {
            switch (line, byte) {
            case (.start, 0x2D): line = .hyphen
            case (.hyphen, 0x2D): return .closing
            case (.start, 0x20), (.start, 0x09): line = .padding(1)
            case (.padding(let count), 0x20), (.padding(let count), 0x09):
                guard count < Self.maximumPadding else { throw .malformedBoundaryLine }
                line = .padding(count + 1)
            case (.start, 0x0D), (.padding, 0x0D): line = .carriageReturn
            case (.carriageReturn, 0x0A): return .end
            default: throw .malformedBoundaryLine
            }
        }
        return .more(line)
    }
}
