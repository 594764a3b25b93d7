public import HTTPTypes
public import NIOCore

/// Parses the heads of the responses on one connection, as strictly as RFC 9112 allows. A field that is folded over
/// several lines is unfolded, as a user agent must do (section 5.2), except for `Content-Length` and
/// `Transfer-Encoding`.
///
/// Bytes may arrive in any pieces, as for a `RequestHeadParser`: pass the same readable bytes again with more appended.
/// Interim (1xx) responses are heads like any other. After an error it keeps throwing that error.
public struct ResponseHeadParser: Sendable {
    private let limits: HeadLimits
    private var lines = FieldLineParser()
    private var knownFields = KnownFields()
    private var statusLine = StatusLineParser()
    private var isInFields = false
    private var failure: HTTPParseError?

    /// Whether a byte of a head that is not complete has been seen.
    public private(set) var hasStarted = false

    /// Creates a parser for a new connection.
    public init(limits: HeadLimits = .responses) {
        self.limits = limits.clamped
    }

    /// Parses one head and consumes its bytes.
    ///
    /// - Parameters:
    ///   - buffer: The received bytes.
    ///   - requestMethod: The method of the request that the response belongs to, which determines whether content
    ///     follows.
    /// - Returns: The head; `nil` if more bytes are needed, in which case the buffer is unchanged.
    /// - Throws: The first rule that the bytes break.
    public mutating func parse(
        _ buffer: inout ByteBuffer,
        requestMethod: HTTPRequest.Method
    ) throws(HTTPParseError) -> ResponseHead? {
        if let failure { throw failure }
        guard buffer.readableBytes > 0 else { return nil }
        hasStarted = true
        do {
            let isComplete = try buffer.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Bool in
                guard let base = bytes.baseAddress else { return false }
                return try advance(base, count: bytes.count)
            }
            guard isComplete else { return nil }
            return try finish(&buffer, requestMethod: requestMethod)
        } catch {
            failure = error
            throw error
        }
    }

    /// Scans the new bytes; returns whether the head is complete. `base ..< base + count` is readable.
    private mutating func advance(_ base: UnsafeRawPointer, count: Int) throws(HTTPParseError) -> Bool {
        if !isInFields {
            // Nothing beyond the limit is looked at, so the outcome does not depend on how the bytes were split.
            let limit = min(limits.startLineBytes &+ 2, limits.headBytes)
            guard let next = try statusLine.parse(base, to: min(count, limit), limits: limits) else {
                if count >= limit { throw HTTPParseError(.statusLineTooLong, at: limit) }
                return false
            }
            lines.start(at: next)
            isInFields = true
        }
        let end = min(count, limits.headBytes)
        guard try lines.parse(base, to: end, limits: limits, section: .response, knownFields: &knownFields) else {
            if end == limits.headBytes { throw HTTPParseError(.headTooLarge, at: end) }
            return false
        }
        return true
    }

    /// Creates the head from what has been parsed, and prepares for the next one.
    private mutating func finish(
        _ buffer: inout ByteBuffer,
        requestMethod: HTTPRequest.Method
    ) throws(HTTPParseError) -> ResponseHead {
        let length = lines.cursor
        let framing = try knownFields.responseFraming(
            version: statusLine.version,
            statusCode: statusLine.statusCode,
            requestMethod: requestMethod,
            position: length
        )
        // `length` bytes have been scanned, so they can be read.
        guard let bytes = buffer.readSlice(length: length) else { throw HTTPParseError(.truncatedHead, at: length) }
        let head = ResponseHead(
            statusCode: statusLine.statusCode,
            version: statusLine.version,
            reason: statusLine.reason,
            fields: FieldBlock(
                bytes: lines.unfolded(bytes.compacted(beyond: FieldBlock.slack)),
                table: lines.table
            ),
            knownFields: knownFields,
            framing: framing
        )
        hasStarted = false
        isInFields = false
        knownFields = KnownFields()
        statusLine = StatusLineParser()
        return head
    }
}
