import NIOCore

/// The section that lines belong to: the same syntax has different meanings in each.
enum FieldSection: Sendable {
    case request
    case response
    /// The trailers of a request.
    case trailers
    case responseTrailers
    /// The head of a part of multipart content, which frames nothing.
    case part

    /// Whether a line that begins with a blank continues the one before: user agents must accept that (RFC 9112 section
    /// 5.2), but a server that did could be made to disagree with the proxy in front of it.
    @inline(__always)
    var unfolds: Bool { self == .response || self == .responseTrailers }
}

/// Parses field lines up to the empty line that ends them: those of a request, of a response, of trailers and of a part
/// of multipart content (RFC 9112 section 5).
///
/// Works on offsets from the head's first byte, so that it can continue in a buffer that has moved in memory meanwhile.
/// When bytes run out it keeps its state within the current line, so that no byte is scanned more than twice.
struct FieldLineParser: Sendable {
    /// The fields of complete lines. Copied to a `FieldBlock` when the head is complete; the storage is reused for the
    /// next head if that block is gone by then.
    private(set) var table = FieldTable()
    /// The first byte that has not been scanned.
    private(set) var cursor = 0
    private var lineStart = 0
    /// The colon of the current line; zero until it is found.
    private var colon = 0
    /// The first byte of a line that continues another which has not been scanned; zero outside of such a line.
    private var foldCursor = 0
    /// Whether a value in the table spans several lines.
    private var hasFolds = false

    /// Prepares for field lines that begin at an offset.
    @inline(__always)
    mutating func start(at offset: Int) {
        table.removeAll()
        cursor = offset
        lineStart = offset
        colon = 0
        foldCursor = 0
        hasFolds = false
    }

    /// Continues parsing; returns whether the empty line has been read, in which case `cursor` is after it.
    ///
    /// The caller guarantees that `base ..< base + end` is readable and `cursor <= end`. Every load below is at an
    /// offset that has been found to be less than `end`.
    @inline(__always)
    mutating func parse(
        _ base: UnsafeRawPointer,
        to end: Int,
        limits: HeadLimits,
        section: FieldSection,
        knownFields: inout KnownFields
    ) throws(HTTPParseError) -> Bool {
        var writer = table.makeWritable()
        // Locals stay in registers, where properties would be stored again and again.
        var (cursor, lineStart, colon) = (self.cursor, self.lineStart, self.colon)
        defer { (self.cursor, self.lineStart, self.colon) = (cursor, lineStart, colon) }
        while true {
            if colon == 0, cursor == lineStart {
                let (next, line) = parseOrdinaryLines(base, lineStart, to: end, limits: limits, &writer)
                (cursor, lineStart) = (next, next)
                if let line {
                    try Self.note(line, base, to: end, section, &knownFields)
                    table.append(line, &writer)
                    cursor = line.value.upperBound &+ 2
                    lineStart = cursor
                    continue
                }
                if cursor &+ 2 <= end, ByteScanner.word16(base, cursor) == 0x0A0D {
                    cursor &+= 2
                    return true
                }
            }
            if colon == 0 {
                cursor = ByteScanner.endOfToken(base, from: cursor, to: end)
                guard cursor < end else { return false }
                guard base.load(fromByteOffset: cursor, as: UInt8.self) == UInt8(ascii: ":"), cursor > lineStart else {
                    if section.unfolds, cursor == lineStart, base.load(fromByteOffset: cursor, as: UInt8.self).isBlank,
                        let last = table.last(writer)
                    {
                        guard
                            let next = try unfold(
                                last,
                                base,
                                lineStart,
                                to: end,
                                limits,
                                section,
                                &knownFields,
                                &writer
                            )
                        else { return false }
                        cursor = next
                        lineStart = next
                        continue
                    }
                    guard let next = try Self.endName(base, lineStart, cursor, to: end, limits: limits) else {
                        return false
                    }
                    cursor = next
                    return true
                }
                guard table.count < limits.fieldCount else { throw HTTPParseError(.tooManyFields, at: lineStart) }
                guard cursor &- lineStart <= HeadLimits.fieldNameBytes else {
                    throw HTTPParseError(.headTooLarge, at: lineStart)
                }
                colon = cursor
                cursor &+= 1
            }
            cursor = ByteScanner.endOfValue(base, from: cursor, to: end)
            guard
                let next = try Self.endOfLine(
                    base,
                    at: cursor,
                    to: end,
                    limits: limits,
                    otherwise: .invalidFieldValue
                )
            else { return false }
            let value = ByteScanner.trimBlanks(base, colon &+ 1, cursor)
            // Offsets are below 2^30 (`HeadLimits.clamped`), and the name's length has been checked.
            let line = FieldSlot(
                nameStart: UInt32(truncatingIfNeeded: lineStart),
                nameLength: UInt16(truncatingIfNeeded: colon &- lineStart),
                known: KnownField(base + lineStart, length: colon &- lineStart),
                valueStart: UInt32(truncatingIfNeeded: value.start),
                valueLength: UInt32(truncatingIfNeeded: value.end &- value.start)
            )
            if line.known != .other { try Self.note(line, base, to: end, section, &knownFields) }
            table.append(line, &writer)
            cursor = next
            lineStart = next
            colon = 0
        }
    }

    /// Evaluates the line of a known field.
    @inline(__always)
    private static func note(
        _ line: FieldSlot,
        _ base: UnsafeRawPointer,
        to end: Int,
        _ section: FieldSection,
        _ knownFields: inout KnownFields
    ) throws(HTTPParseError) {
        switch section {
        case .part, .responseTrailers: break
        case .trailers: throw HTTPParseError(.forbiddenTrailer, at: line.name.lowerBound)
        case .request, .response:
            try knownFields.note(line.known, base, line.value, readableTo: end, section: section)
        }
    }

    /// Parses complete lines of the ordinary form: a name of letters and hyphens, a colon, a space, a value of visible
    /// ASCII characters and spaces, CR LF. Stops at any other line, at that of a known field, and at one of the limits.
    ///
    /// This is what nearly all lines are like. Nothing else is done in this loop, so that everything that it needs stays
    /// in registers.
    ///
    /// - Returns: Where the first line begins that is left, and that line if it is an ordinary one of a known field.
    @inline(__always)
    private mutating func parseOrdinaryLines(
        _ base: UnsafeRawPointer,
        _ lineStart: Int,
        to end: Int,
        limits: HeadLimits,
        _ writer: inout FieldTable.Writer
    ) -> (next: Int, line: FieldSlot?) {
        var lineStart = lineStart
        let maximumCount = min(limits.fieldCount, writer.capacity)
        while table.count < maximumCount {
            let colon = ByteScanner.endOfLetters(base, from: lineStart, to: end)
            let nameLength = colon &- lineStart
            // The value begins with the byte after the space, which is not white space, and ends with one that is not.
            guard nameLength > 0, nameLength <= HeadLimits.fieldNameBytes, colon &+ 3 <= end,
                ByteScanner.word16(base, colon) == 0x203A,
                base.load(fromByteOffset: colon &+ 2, as: UInt8.self) > 0x20
            else { break }
            let valueStart = colon &+ 2
            let valueEnd = ByteScanner.endOfVisibleText(base, from: valueStart, to: end)
            guard valueEnd &+ 2 <= end, ByteScanner.word16(base, valueEnd) == 0x0A0D,
                base.load(fromByteOffset: valueEnd &- 1, as: UInt8.self) != 0x20
            else { break }
            // Offsets are below 2^30 (`HeadLimits.clamped`), and the name's length has been checked.
            let line = FieldSlot(
                nameStart: UInt32(truncatingIfNeeded: lineStart),
                nameLength: UInt16(truncatingIfNeeded: nameLength),
                known: KnownField(base + lineStart, length: nameLength),
                valueStart: UInt32(truncatingIfNeeded: valueStart),
                valueLength: UInt32(truncatingIfNeeded: valueEnd &- valueStart)
            )
            guard line.known == .other else { return (lineStart, line) }
            table.append(line, &writer)
            lineStart = valueEnd &+ 2
        }
        return (lineStart, nil)
    }

    /// Adds a line that begins with white space to the field before it; returns the offset after the line, or `nil` if
    /// it is not complete. The line end stays in the value until all lines have been read (`unfolded`).
    @inline(never)
    private mutating func unfold(
        _ last: FieldSlot,
        _ base: UnsafeRawPointer,
        _ lineStart: Int,
        to end: Int,
        _ limits: HeadLimits,
        _ section: FieldSection,
        _ knownFields: inout KnownFields,
        _ writer: inout FieldTable.Writer
    ) throws(HTTPParseError) -> Int? {
        // A folded length or coding is a means of response splitting, and no server needs it.
        guard last.known != .contentLength, last.known != .transferEncoding else {
            throw HTTPParseError(.obsoleteLineFolding, at: lineStart)
        }
        foldCursor = ByteScanner.endOfValue(base, from: max(foldCursor, lineStart), to: end)
        let next = try Self.endOfLine(base, at: foldCursor, to: end, limits: limits, otherwise: .invalidFieldValue)
        guard let next else { return nil }
        let piece = ByteScanner.trimBlanks(base, lineStart, foldCursor)
        foldCursor = 0
        guard piece.start < piece.end else { return next }
        // These fields are lists, in which a fold is next to a comma: the pieces are read one by one.
        if last.known != .other, section == .response {
            try knownFields.note(last.known, base, piece.start..<piece.end, readableTo: end, section: section)
        }
        var slot = last
        if slot.valueLength == 0 { slot.valueStart = UInt32(truncatingIfNeeded: piece.start) }
        slot.valueLength = UInt32(truncatingIfNeeded: piece.end) &- slot.valueStart
        hasFolds = hasFolds || last.valueLength > 0
        table.replaceLast(slot, &writer)
        return next
    }

    /// The head's bytes, with one space in place of each line end within a value (RFC 9112 section 5.2).
    mutating func unfolded(_ bytes: ByteBuffer) -> ByteBuffer {
        guard hasFolds else { return bytes }
        hasFolds = false
        var bytes = bytes
        var table = table
        bytes.withUnsafeMutableReadableBytes { bytes in
            table.updateEach { slot in
                // The value lies within the bytes that were scanned.
                let value = UnsafeMutableRawBufferPointer(rebasing: bytes[slot.value])
                slot.valueLength = UInt32(truncatingIfNeeded: Self.unfold(value))
            }
        }
        self.table = table
        return bytes
    }

    /// Replaces each line end and the white space around it with one space; returns the new length of the value.
    private static func unfold(_ value: UnsafeMutableRawBufferPointer) -> Int {
        var (length, index) = (0, 0)
        while index < value.count {
            let byte = value[index]
            guard byte == 0x0D || byte == 0x0A else {
                value[length] = byte
                length += 1
                index += 1
                continue
            }
            while length > 0, value[length - 1].isBlank { length -= 1 }
            while index < value.count, value[index] == 0x0D || value[index] == 0x0A || value[index].isBlank {
                index += 1
            }
            value[length] = 0x20
            length += 1
        }
        return length
    }

    /// The offset after the line end at an offset; `nil` if the line end is not complete yet. Anything but a line end
    /// is an error.
    @inline(__always)
    static func endOfLine(
        _ base: UnsafeRawPointer,
        at offset: Int,
        to end: Int,
        limits: HeadLimits,
        otherwise reason: HTTPParseError.Reason
    ) throws(HTTPParseError) -> Int? {
        guard offset < end else { return nil }
        switch base.load(fromByteOffset: offset, as: UInt8.self) {
        case 0x0D:
            guard offset &+ 1 < end else { return nil }
            guard base.load(fromByteOffset: offset &+ 1, as: UInt8.self) == 0x0A else {
                throw HTTPParseError(.bareCarriageReturn, at: offset)
            }
            return offset &+ 2
        case 0x0A:
            guard limits.allowsBareLineFeed else { throw HTTPParseError(.bareLineFeed, at: offset) }
            return offset &+ 1
        default:
            throw HTTPParseError(reason, at: offset)
        }
    }

    /// Handles a name that does not end with a colon after at least one character: this is the empty line, whose end is
    /// returned once it is complete, or an error. `cursor < end`.
    @inline(never)
    private static func endName(
        _ base: UnsafeRawPointer,
        _ lineStart: Int,
        _ cursor: Int,
        to end: Int,
        limits: HeadLimits
    ) throws(HTTPParseError) -> Int? {
        let isFirst = cursor == lineStart
        switch base.load(fromByteOffset: cursor, as: UInt8.self) {
        case 0x0D, 0x0A:
            let next = try endOfLine(base, at: cursor, to: end, limits: limits, otherwise: .missingColon)
            guard next == nil || isFirst else { throw HTTPParseError(.missingColon, at: cursor) }
            return next
        case 0x20, 0x09:
            throw HTTPParseError(isFirst ? .obsoleteLineFolding : .whitespaceBeforeColon, at: cursor)
        case UInt8(ascii: ":"):
            throw HTTPParseError(.emptyFieldName, at: cursor)
        default:
            throw HTTPParseError(.invalidFieldName, at: cursor)
        }
    }
}
