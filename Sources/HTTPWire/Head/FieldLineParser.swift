/// Which lines are parsed: the same syntax means different things in each.
enum FieldSection: Sendable {
    case request
    case response
    case trailers
    /// The trailers of a response. A field that frames or routes a message is no error there, since nothing reads it.
    case responseTrailers
    /// The head of a part of a multipart content, which frames nothing.
    case part
}

/// Parses field lines up to the empty line that ends them: those of a request, of a response, of trailers and of a
/// part of a multipart content (RFC 9112 section 5).
///
/// Works on offsets from the head's first byte, so that it can go on in a buffer that has moved in memory meanwhile.
/// Where bytes run out it keeps what it knows of the current line, so that no byte is scanned twice.
struct FieldLineParser: Sendable {
    /// The fields of complete lines. Copied to a `FieldBlock` when the head is complete; storage is taken up again for
    /// the next head if that block is gone by then.
    private(set) var table = FieldTable()
    /// The first byte that has not been scanned.
    private(set) var cursor = 0
    private var lineStart = 0
    /// The colon of the current line; zero as long as it has not been found.
    private var colon = 0

    /// Makes ready for field lines that begin at an offset.
    @inline(__always)
    mutating func start(at offset: Int) {
        table.removeAll()
        cursor = offset
        lineStart = offset
        colon = 0
    }

    /// Goes on parsing; answers whether the empty line has been read, `cursor` being behind it then.
    ///
    /// The caller warrants that `base ..< base + end` is readable and `cursor <= end`. Every load below is at an offset
    /// less than `end`, which each is compared with first.
    @inline(__always)
    mutating func parse(
        _ base: UnsafeRawPointer,
        to end: Int,
        limits: HeadLimits,
        section: FieldSection,
        facts: inout HeadFacts
    ) throws(HTTPParseError) -> Bool {
        var writer = table.makeWritable()
        // Locals stay in registers where properties would be stored time and again.
        var (cursor, lineStart, colon) = (self.cursor, self.lineStart, self.colon)
        defer { (self.cursor, self.lineStart, self.colon) = (cursor, lineStart, colon) }
        while true {
            if colon == 0 {
                cursor = ByteScanner.endOfToken(base, from: cursor, to: end)
                guard cursor < end else { return false }
                guard base.load(fromByteOffset: cursor, as: UInt8.self) == UInt8(ascii: ":"), cursor > lineStart else {
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
            let known = KnownField(base + lineStart, length: colon &- lineStart)
            if known != .other, section != .part {
                if section == .trailers { throw HTTPParseError(.forbiddenTrailer, at: lineStart) }
                if section != .responseTrailers {
                    try facts.note(known, base, value.start..<value.end, readableTo: end, section: section)
                }
            }
            // Offsets are below 2^30 (`HeadLimits.clamped`), and the name's length has been checked.
            table.append(
                FieldSlot(
                    nameStart: UInt32(truncatingIfNeeded: lineStart),
                    nameLength: UInt16(truncatingIfNeeded: colon &- lineStart),
                    known: known,
                    valueStart: UInt32(truncatingIfNeeded: value.start),
                    valueLength: UInt32(truncatingIfNeeded: value.end &- value.start)
                ),
                &writer
            )
            cursor = next
            lineStart = next
            colon = 0
        }
    }

    /// What follows the line end at an offset, `nil` if it is not complete yet. Anything but a line end is an error.
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

    /// The end of a name that is not a colon after at least one character: the empty line, whose end is answered
    /// unless it is not complete, or an error. `cursor < end`.
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
