public import HTTPTypes
public import NIOCore

/// Parses multipart content (RFC 2046 section 5.1).
///
///     var parser = MultipartParser(boundary: try MultipartBoundary(of: type, expecting: "multipart/form-data"))
///     while let bytes = try await body.next() {
///         buffer.writeImmutableBuffer(bytes)
///         loop: while true {
///             switch try parser.parse(&buffer) {
///             case .head(let fields): begin(fields)
///             case .content(let bytes): use(bytes)
///             case .endOfPart, .end: finish()
///             case .needsMoreBytes: break loop
///             }
///         }
///     }
///     try parser.finish()
///
/// Content is delivered as it arrives, never collected; a slice shares the buffer's memory. Lines must end with CR LF,
/// and a line that continues after the boundary is an error: if two programs read one message differently, checks can
/// be bypassed.
public struct MultipartParser: Sendable {
    /// An element of a multipart content.
    public enum Event: Sendable {
        /// All bytes have been consumed; add more, or call `finish` if there are none.
        case needsMoreBytes
        /// A part begins, with these fields.
        case head(HTTPFields)
        /// Some content of the part, at least one byte.
        case content(ByteBuffer)
        /// The end of the part.
        case endOfPart
        /// The end of the last part. Bytes that follow are discarded: go on until there are no more.
        case end
    }

    enum State: Sendable {
        case preamble
        case boundaryLine(BoundaryLine)
        case head
        case content
        case closingLine(BoundaryLine)
        case epilogue
    }

    let limits: MultipartLimits
    var state = State.preamble
    var search: DelimiterSearch
    private var head: MultipartHeadParser
    private var isInsidePart = false
    private var parts = 0
    private var discarded = 0
    private var preamble = MultipartPreamble()
    private var consumed = 0
    private var failure: MultipartError?

    /// A parser for one content.
    public init(boundary: MultipartBoundary, limits: MultipartLimits = MultipartLimits()) {
        self.limits = limits
        search = DelimiterSearch(boundary: boundary)
        head = MultipartHeadParser(limits: limits)
    }

    /// Takes the next element from the buffer.
    ///
    /// - Throws: The rule that the bytes break, or the limit that they exceed; later calls throw the same.
    public mutating func parse(_ buffer: inout ByteBuffer) throws(MultipartError) -> Event {
        if let failure { throw failure }
        do {
            return try parseWithinLimit(&buffer)
        } catch {
            failure = error
            throw error
        }
    }

    /// Ends the content: there are no more bytes.
    ///
    /// - Throws: `MultipartError` if the content is not complete, or was malformed.
    public mutating func finish() throws(MultipartError) {
        if let failure { throw failure }
        switch state {
        case .preamble: throw .noParts
        case .closingLine(let line) where !line.mayEnd: throw .malformedBoundaryLine
        case .closingLine, .epilogue: return
        case .boundaryLine, .head, .content: throw .truncated
        }
    }

    private mutating func parseWithinLimit(_ buffer: inout ByteBuffer) throws(MultipartError) -> Event {
        let available = buffer.readableBytes
        guard let limit = limits.totalBytes, available > max(limit, 0) - consumed,
            // Bytes within the limit are judged first, so that the outcome does not depend on how they arrive.
            var allowed = buffer.getSlice(at: buffer.readerIndex, length: max(limit, 0) - consumed)
        else {
            let event = try next(&buffer)
            consumed += available - buffer.readableBytes
            return event
        }
        let event = try next(&allowed)
        let taken = max(limit, 0) - consumed - allowed.readableBytes
        consumed += taken
        buffer.moveReaderIndex(forwardBy: taken)
        if case .needsMoreBytes = event { throw .tooLarge(limit: limit) }
        return event
    }

    private mutating func next(_ buffer: inout ByteBuffer) throws(MultipartError) -> Event {
        while true {
            switch state {
            case .preamble:
                switch search.next(&buffer) {
                case .needsMoreBytes: return .needsMoreBytes
                case .content(let bytes):
                    // Bytes within the limit are judged first, here as well.
                    try preamble.take(bytes.readableBytesView.prefix(max(limits.surroundingBytes - discarded, 0)))
                    try discard(bytes.readableBytes)
                case .delimiter: state = .boundaryLine(.start)
                }
            case .content:
                switch search.next(&buffer) {
                case .needsMoreBytes: return .needsMoreBytes
                case .content(let bytes): return .content(bytes)
                case .delimiter: state = .boundaryLine(.start)
                }
            case .boundaryLine(let line):
                switch try line.read(&buffer) {
                case .more(let line):
                    state = .boundaryLine(line)
                    return .needsMoreBytes
                case .closing:
                    guard isInsidePart else {
                        // Browsers send a form without fields so. Text before it would be lost without notice.
                        guard preamble.isEmpty else { throw .noParts }
                        state = .closingLine(.padding(0))
                        return .end
                    }
                    state = .closingLine(.closing)
                    return endPart()
                case .end:
                    guard parts < limits.partCount else { throw .tooManyParts(limit: limits.partCount) }
                    parts += 1
                    state = .head
                    if isInsidePart { return endPart() }
                }
            case .head:
                guard let fields = try head.parse(&buffer) else { return .needsMoreBytes }
                search.start()
                state = .content
                isInsidePart = true
                return .head(fields)
            case .closingLine(.closing):
                // The end of the last part has been delivered by now.
                state = .closingLine(.padding(0))
                return .end
            case .closingLine(let line):
                guard case .more(let line) = try line.read(&buffer) else {
                    state = .epilogue
                    discarded = 0
                    continue
                }
                state = .closingLine(line)
                return .needsMoreBytes
            case .epilogue:
                let rest = buffer.readableBytes
                buffer.moveReaderIndex(forwardBy: rest)
                try discard(rest)
                return .needsMoreBytes
            }
        }
    }

    private mutating func endPart() -> Event {
        isInsidePart = false
        return .endOfPart
    }

    private mutating func discard(_ count: Int) throws(MultipartError) {
        discarded += count
        guard discarded <= max(limits.surroundingBytes, 0) else { throw .tooMuchAround(limit: limits.surroundingBytes) }
    }
}
