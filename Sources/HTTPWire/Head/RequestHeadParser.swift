public import NIOCore
import HTTPTypes

/// Parses the heads of the requests on one connection, as strictly as RFC 9112 allows.
///
/// Bytes may arrive in any pieces. Each byte is scanned once: when they run out within a head, the parser remembers its
/// position and leaves the buffer alone, so pass it the same readable bytes again with more appended. After an error it
/// keeps throwing that error, since the start of the next head is unknown.
public struct RequestHeadParser: Sendable {
    private let limits: HeadLimits
    private var lines = FieldLineParser()
    private var knownFields = KnownFields()
    private var requestLine = RequestLineParser()
    private var isInFields = false
    private var emptyLines = 0
    private var failure: HTTPParseError?

    /// Whether a byte of a head that is not complete has been seen; empty lines before it do not count.
    public private(set) var hasStarted = false

    /// Creates a parser for a new connection.
    public init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits.clamped
    }

    /// Parses one head and consumes its bytes.
    ///
    /// - Returns: The head; `nil` if more bytes are needed, in which case only empty lines before the head have been
    ///   consumed.
    /// - Throws: The first rule that the bytes break.
    public mutating func parse(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> RequestHead? {
        if let failure { throw failure }
        do {
            while true {
                let progress = try buffer.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Progress in
                    guard let base = bytes.baseAddress, bytes.count > 0 else { return .needsMoreBytes }
                    return try advance(base, count: bytes.count)
                }
                switch progress {
                case .complete: return try finish(&buffer)
                case .needsMoreBytes: return nil
                case .emptyLine: guard try skipEmptyLine(&buffer) else { return nil }
                }
            }
        } catch {
            failure = error
            throw error
        }
    }

    private enum Progress {
        case complete
        case needsMoreBytes
        case emptyLine
    }

    /// Skips an empty line (RFC 9112 section 2.2); returns whether it was complete. The first byte is a CR or LF.
    @inline(never)
    private mutating func skipEmptyLine(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Bool {
        let next = try buffer.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Int? in
            guard let base = bytes.baseAddress else { return nil }
            return try FieldLineParser.endOfLine(
                base,
                at: 0,
                to: bytes.count,
                limits: limits,
                otherwise: .invalidMethod
            )
        }
        guard let next else { return false }
        guard emptyLines < HeadLimits.leadingEmptyLines else { throw HTTPParseError(.tooManyEmptyLines, at: 0) }
        emptyLines += 1
        buffer.moveReaderIndex(forwardBy: next)
        return true
    }

    /// Scans the new bytes. `base ..< base + count` is readable, and `count` is not zero.
    @inline(__always)
    private mutating func advance(_ base: UnsafeRawPointer, count: Int) throws(HTTPParseError) -> Progress {
        if !hasStarted {
            let first = base.load(as: UInt8.self)
            if first == 0x0D || first == 0x0A { return .emptyLine }
            hasStarted = true
        }
        if !isInFields {
            // Nothing beyond the limit is looked at, so the outcome does not depend on how the bytes were split.
            let limit = min(limits.startLineBytes &+ 2, limits.headBytes)
            guard let next = try requestLine.parse(base, to: min(count, limit), limits: limits) else {
                if count >= limit { throw requestLine.lengthError(at: limit) }
                return .needsMoreBytes
            }
            lines.start(at: next)
            isInFields = true
        }
        let end = min(count, limits.headBytes)
        guard try lines.parse(base, to: end, limits: limits, section: .request, knownFields: &knownFields) else {
            if end == limits.headBytes { throw HTTPParseError(.headTooLarge, at: end) }
            return .needsMoreBytes
        }
        return .complete
    }

    /// Creates the head from what has been parsed, and prepares for the next one.
    @inline(__always)
    private mutating func finish(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> RequestHead {
        let length = lines.cursor
        let version = requestLine.version
        if knownFields.host == nil, version == .http1_1 { throw HTTPParseError(.missingHost, at: length) }
        let framing = try knownFields.requestFraming(version: version, position: length)
        // `length` bytes have been scanned, so they can be read.
        guard let bytes = buffer.readSlice(length: length) else { throw HTTPParseError(.truncatedHead, at: length) }
        let head = RequestHead(
            method: requestLine.method,
            version: version,
            targetForm: requestLine.targetForm,
            targetNeedsEncoding: requestLine.targetNeedsEncoding,
            target: requestLine.target,
            fields: FieldBlock(bytes: bytes.compacted(beyond: FieldBlock.slack), table: lines.table),
            knownFields: knownFields,
            framing: framing
        )
        hasStarted = false
        isInFields = false
        emptyLines = 0
        knownFields = KnownFields()
        requestLine = RequestLineParser()
        return head
    }
}
