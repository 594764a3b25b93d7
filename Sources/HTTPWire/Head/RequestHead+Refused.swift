public import NIOCore
import HTTPTypes

/// Requests that are refused before their head is complete and valid, for logs and for error pages in the style of a
/// site.
extension RequestHead {
    /// Creates the head of a refused request from what can be read of it: its method and target, and those of its lines
    /// that are fields.
    ///
    /// Nothing has been checked except that the method is a token, and that fields have a name and no control
    /// characters in their values. The target is percent-encoded as for any request, including its control characters
    /// and spaces, so that it is one line of visible text. There is no content, and the connection does not persist.
    ///
    /// - Parameter bytes: The part of the head that has arrived; it may be cut off anywhere, or not be a head at all.
    public init(refused bytes: ByteBuffer) {
        // A copy, so that nothing else is retained.
        let copy = ByteBuffer(bytes: bytes.readableBytesView)
        var reader = RefusedHeadReader()
        copy.withUnsafeReadableBytes { reader.read($0) }
        self.init(
            refused: reader.method,
            version: reader.version,
            target: reader.target,
            fields: FieldBlock(bytes: copy, table: reader.table),
            host: reader.host
        )
    }

    /// Creates the head of a refused request. The ranges are within the bytes of the fields.
    init(
        refused method: HTTPRequest.Method?,
        version: HTTPVersion,
        target: Range<Int>,
        fields: FieldBlock,
        host: Range<Int>?
    ) {
        var knownFields = KnownFields()
        knownFields.host = host
        let reading = fields.withBytes(
            from: UInt32(truncatingIfNeeded: target.lowerBound),
            length: UInt32(truncatingIfNeeded: target.count)
        ) { RequestTarget.reading(of: $0, isConnect: method == .connect) }
        self.init(
            method: method ?? Self.unknownMethod,
            version: version,
            // A target in none of the forms is read as a path as far as possible.
            targetForm: reading?.form ?? .origin,
            targetNeedsEncoding: reading?.needsEncoding ?? true,
            target: target,
            fields: fields,
            knownFields: knownFields,
            framing: .none
        )
    }

    /// Stands for an invalid method, as in logs.
    private static let unknownMethod = HTTPRequest.Method("-") ?? .get
}

/// Reads as much of a head as is readable, without enforcing rules.
private struct RefusedHeadReader {
    /// Enough to be useful in a log, and too little to fill it.
    private static let targetLimit = 4_096
    private static let fieldLimit = 100

    var method: HTTPRequest.Method?
    var version = HTTPVersion.http1_1
    var target = 0..<0
    var table = FieldTable()
    var host: Range<Int>?

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var start = bytes.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? bytes.count
        readRequestLine(bytes, nextLine(bytes, &start))
        guard let base = bytes.baseAddress else { return }
        var writer = table.makeWritable()
        while start < bytes.count, table.count < Self.fieldLimit {
            // A line without its end may be incomplete.
            guard bytes[start...].contains(0x0A) else { return }
            let line = nextLine(bytes, &start)
            guard !line.isEmpty else { return }
            let nameEnd = ByteScanner.endOfToken(base, from: line.lowerBound, to: line.upperBound)
            guard nameEnd > line.lowerBound, nameEnd < line.upperBound, bytes[nameEnd] == UInt8(ascii: ":"),
                nameEnd - line.lowerBound <= HeadLimits.fieldNameBytes
            else { continue }
            let (valueStart, valueEnd) = ByteScanner.trimBlanks(base, nameEnd + 1, line.upperBound)
            guard ByteScanner.endOfValue(base, from: valueStart, to: valueEnd) == valueEnd else { continue }
            let known = KnownField(base + line.lowerBound, length: nameEnd - line.lowerBound)
            if known == .host, host == nil {
                let value = UnsafeRawBufferPointer(rebasing: bytes[valueStart..<valueEnd])
                if Authority.isValid(value, allowsEmpty: false) { host = valueStart..<valueEnd }
            }
            table.append(
                FieldSlot(
                    nameStart: UInt32(truncatingIfNeeded: line.lowerBound),
                    nameLength: UInt16(truncatingIfNeeded: nameEnd - line.lowerBound),
                    known: known,
                    valueStart: UInt32(truncatingIfNeeded: valueStart),
                    valueLength: UInt32(truncatingIfNeeded: valueEnd - valueStart)
                ),
                &writer
            )
        }
    }

    private mutating func readRequestLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) {
        let blank: UInt8 = 0x20
        var targetStart = line.lowerBound
        if let base = bytes.baseAddress {
            let end = ByteScanner.endOfToken(base, from: line.lowerBound, to: line.upperBound)
            if end > line.lowerBound, end < line.upperBound, bytes[end] == blank {
                method = HTTPRequest.Method(String(decoding: bytes[line.lowerBound..<end], as: UTF8.self))
                targetStart = end + 1
            }
        }
        var targetEnd = line.upperBound
        if let last = bytes[targetStart..<targetEnd].lastIndex(of: blank) {
            let rest = bytes[(last + 1)..<targetEnd]
            if rest.starts(with: "HTTP/".utf8) {
                if rest.elementsEqual("HTTP/1.0".utf8) { version = .http1_0 }
                targetEnd = last
            }
        }
        target = targetStart..<min(targetEnd, targetStart + Self.targetLimit)
    }

    /// The line that begins at `start`, without its line end. Moves `start` to the next line.
    private func nextLine(_ bytes: UnsafeRawBufferPointer, _ start: inout Int) -> Range<Int> {
        let lineStart = start
        guard let end = bytes[lineStart...].firstIndex(of: 0x0A) else {
            start = bytes.count
            return lineStart..<bytes.count
        }
        start = end + 1
        return lineStart..<(end > lineStart && bytes[end - 1] == 0x0D ? end - 1 : end)
    }
}
