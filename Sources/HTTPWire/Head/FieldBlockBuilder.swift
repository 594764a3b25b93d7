import NIOCore

/// Makes a `FieldBlock` of fields that do not come as lines of text: those of HTTP/2 (RFC 9113 section 8.2).
package struct FieldBlockBuilder {
    private var bytes: ByteBuffer
    private var table = FieldTable()
    private var facts = HeadFacts()
    private let limit: Int

    /// Makes a builder of no fields yet.
    ///
    /// - Parameters:
    ///   - capacity: How many bytes there probably will be.
    ///   - limit: The largest number of fields.
    package init(capacity: Int = 512, fieldLimit limit: Int) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(capacity)
        self.limit = limit
    }

    /// The one Content-Length, if there was any.
    package var contentLength: Int? { facts.contentLength }

    /// Adds a field: its name a token without capitals, its value without control characters and without white space
    /// around it.
    package mutating func append(name: String, value: String) throws(HTTPParseError) {
        let start = bytes.writerIndex
        guard table.count < limit else { throw HTTPParseError(.tooManyFields, at: start) }
        let nameLength = bytes.writeString(name)
        guard nameLength > 0 else { throw HTTPParseError(.emptyFieldName, at: start) }
        guard nameLength <= HeadLimits.fieldNameBytes else { throw HTTPParseError(.headTooLarge, at: start) }
        let valueLength = bytes.writeString(value)
        guard bytes.writerIndex <= 1 << 30 else { throw HTTPParseError(.headTooLarge, at: start) }
        let (known, facts) = try Self.check(bytes, start, nameLength, valueLength, facts)
        self.facts = facts
        var writer = table.makeWritable()
        // Offsets are below 2^30, and the name's length has been checked.
        table.append(
            FieldSlot(
                nameStart: UInt32(truncatingIfNeeded: start),
                nameLength: UInt16(truncatingIfNeeded: nameLength),
                known: known,
                valueStart: UInt32(truncatingIfNeeded: start + nameLength),
                valueLength: UInt32(truncatingIfNeeded: valueLength)
            ),
            &writer
        )
    }

    private static func check(
        _ bytes: ByteBuffer,
        _ start: Int,
        _ nameLength: Int,
        _ valueLength: Int,
        _ facts: HeadFacts
    ) throws(HTTPParseError) -> (KnownField, HeadFacts) {
        try bytes.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> (KnownField, HeadFacts) in
            guard let base = bytes.baseAddress else { return (.other, facts) }
            let valueStart = start + nameLength
            let end = valueStart + valueLength
            guard ByteScanner.endOfToken(base, from: start, to: valueStart) == valueStart,
                !bytes[start..<valueStart].contains(where: { $0 != $0.asciiLowercased })
            else { throw HTTPParseError(.invalidFieldName, at: start) }
            guard ByteScanner.endOfValue(base, from: valueStart, to: end) == end,
                ByteScanner.trimBlanks(base, valueStart, end) == (valueStart, end)
            else { throw HTTPParseError(.invalidFieldValue, at: valueStart) }
            let known = KnownField(base + start, length: nameLength)
            var facts = facts
            if known == .contentLength {
                try facts.note(known, base, valueStart..<end, readableTo: end, section: .response)
            }
            return (known, facts)
        }
    }

    /// The fields that were added.
    package func makeBlock() -> FieldBlock {
        FieldBlock(bytes: bytes, table: table)
    }
}
