public import NIOCore
import HTTPTypes

/// Parses the heads of the requests on one connection, as strictly as RFC 9112 allows.
///
/// Bytes may come in any pieces. Each is scanned once: where they run out within a head the parser remembers how far
/// it has come and leaves the buffer alone, so hand it the same readable bytes again with more behind them. After an
/// error it throws that error again whatever it is given, since the next head's beginning is unknown.
public struct RequestHeadParser: Sendable {
    private let limits: HeadLimits
    private var lines = FieldLineParser()
    private var facts = HeadFacts()
    private var requestLine = RequestLineParser()
    private var isInFields = false
    private var emptyLines = 0
    private var failure: HTTPParseError?

    /// Whether a byte of a head that is not complete has been seen; empty lines before it do not count.
    public private(set) var hasStarted = false

    /// A parser for a new connection.
    public init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits.clamped
    }

    /// Parses one head and takes its bytes from the buffer.
    ///
    /// - Returns: The head; `nil` if more bytes are needed, in which case nothing but empty lines before the head has
    ///   been taken from the buffer.
    /// - Throws: The first rule that the bytes break.
    public mutating func parse(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> RequestHead? {
        if let failure { throw failure }
        do {
            if !hasStarted, try !skipEmptyLines(&buffer) { return nil }
            let isComplete = try buffer.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Bool in
                guard let base = bytes.baseAddress else { return false }
                return try advance(base, count: bytes.count)
            }
            guard isComplete else { return nil }
            return try finish(&buffer)
        } catch {
            failure = error
            throw error
        }
    }

    /// Skips empty lines (RFC 9112 section 2.2); answers whether a byte of a head follows.
    @inline(__always)
    private mutating func skipEmptyLines(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Bool {
        while true {
            guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return false }
            guard first == 0x0D || first == 0x0A else { break }
            var length = 1
            if first == 0x0D {
                guard let second = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt8.self) else { return false }
                guard second == 0x0A else { throw HTTPParseError(.bareCarriageReturn, at: 0) }
                length = 2
            } else if !limits.allowsBareLineFeed {
                throw HTTPParseError(.bareLineFeed, at: 0)
            }
            guard emptyLines < HeadLimits.leadingEmptyLines else { throw HTTPParseError(.tooManyEmptyLines, at: 0) }
            emptyLines += 1
            buffer.moveReaderIndex(forwardBy: length)
        }
        hasStarted = true
        return true
    }

    /// Scans the bytes that are new; answers whether the head is complete. `base ..< base + count` is readable.
    @inline(__always)
    private mutating func advance(_ base: UnsafeRawPointer, count: Int) throws(HTTPParseError) -> Bool {
        if !isInFields {
            // Nothing behind the limit is looked at, so the outcome does not depend on how the bytes were cut.
            let limit = min(limits.startLineBytes &+ 2, limits.headBytes)
            guard let next = try requestLine.parse(base, to: min(count, limit), limits: limits) else {
                if count >= limit { throw requestLine.lengthError(at: limit) }
                return false
            }
            lines.start(at: next)
            isInFields = true
        }
        let end = min(count, limits.headBytes)
        guard try lines.parse(base, to: end, limits: limits, section: .request, facts: &facts) else {
            if end == limits.headBytes { throw HTTPParseError(.headTooLarge, at: end) }
            return false
        }
        return true
    }

    /// Makes the head of what has been gathered, and gets ready for the next one.
    @inline(__always)
    private mutating func finish(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> RequestHead {
        let length = lines.cursor
        let version = requestLine.version
        if facts.host == nil, version == .http1_1 { throw HTTPParseError(.missingHost, at: length) }
        let framing = try facts.requestFraming(version: version, position: length)
        // `length` bytes have been scanned, so there are as many to read.
        guard let bytes = buffer.readSlice(length: length) else { throw HTTPParseError(.truncatedHead, at: length) }
        let head = RequestHead(
            method: requestLine.method,
            version: version,
            targetForm: requestLine.targetForm,
            target: requestLine.target,
            fields: FieldBlock(bytes: bytes, table: lines.table),
            facts: facts,
            framing: framing
        )
        hasStarted = false
        isInFields = false
        emptyLines = 0
        facts = HeadFacts()
        requestLine = RequestLineParser()
        return head
    }
}
