import HTTPTypes
import NIOCore

/// Parses the heads of parts: field lines up to an empty line.
struct MultipartHeadParser: Sendable {
    private let limits: MultipartLimits
    private let headLimits: HeadLimits
    private var lines = FieldLineParser()
    private var knownFields = KnownFields()
    /// The start of a head that did not arrive in one buffer.
    private var gathered = ByteBuffer()

    init(limits: MultipartLimits) {
        self.limits = limits
        headLimits = limits.headLimits
        lines.start(at: 0)
    }

    /// Takes the next head from the buffer; `nil` if it is not complete yet, after taking all bytes.
    mutating func parse(_ buffer: inout ByteBuffer) throws(MultipartError) -> HTTPFields? {
        // Most heads arrive whole, and are read where they are.
        if gathered.readableBytes == 0 {
            guard try isComplete(buffer), let bytes = buffer.readSlice(length: lines.cursor) else {
                gathered.writeBuffer(&buffer)
                return nil
            }
            return finish(bytes)
        }
        let known = gathered.readableBytes
        let count = min(buffer.readableBytes, headLimits.headBytes - known)
        guard let more = buffer.getSlice(at: buffer.readerIndex, length: count) else { return nil }
        gathered.writeImmutableBuffer(more)
        guard try isComplete(gathered), let bytes = gathered.readSlice(length: lines.cursor) else {
            buffer.moveReaderIndex(forwardBy: count)
            return nil
        }
        buffer.moveReaderIndex(forwardBy: bytes.readableBytes - known)
        gathered = ByteBuffer()
        return finish(bytes)
    }

    private mutating func finish(_ bytes: ByteBuffer) -> HTTPFields {
        let fields = FieldBlock(bytes: bytes, table: lines.table).makeHTTPFields()
        lines.start(at: 0)
        return fields
    }

    /// Continues parsing field lines; returns whether the head is complete.
    private mutating func isComplete(_ head: ByteBuffer) throws(MultipartError) -> Bool {
        do {
            return try head.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Bool in
                let end = min(bytes.count, headLimits.headBytes)
                if let base = bytes.baseAddress,
                    try lines.parse(base, to: end, limits: headLimits, section: .part, knownFields: &knownFields)
                {
                    return true
                }
                if end == headLimits.headBytes { throw HTTPParseError(.headTooLarge, at: end) }
                return false
            }
        } catch {
            switch error.reason {
            case .headTooLarge: throw .headTooLarge(limit: limits.headBytes)
            case .tooManyFields: throw .tooManyFields(limit: limits.fieldCount)
            default: throw .malformedHead(error.reason)
            }
        }
    }
}
