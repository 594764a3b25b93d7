import HTTPTypes
import NIOCore

/// The chunked transfer coding (RFC 9112 section 7.1).
///
/// Line ends are CR LF and nothing else: a bare LF here has been a means of request smuggling. In a response, where
/// there is no request to smuggle, white space after a size and a field that must not be a trailer do no harm.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case size(digits: Int, value: Int)
        case chunkExtension(ChunkExtensionSyntax, size: Int, length: Int)
        case sizeLineFeed(size: Int)
        case data(remaining: Int)
        case dataCarriageReturn
        case dataLineFeed
        case trailers
    }

    /// The outcome of consuming one byte.
    private enum Step {
        case more
        case startOfData
        case startOfTrailers
    }

    /// Digits beyond those of a 64-bit number are leading zeros, which no sender needs.
    private static let sizeDigits = 16

    private let limits: BodyLimits
    private let trailerLimits: HeadLimits
    private let isResponse: Bool
    private var state = State.size(digits: 0, value: 0)
    private var lines = FieldLineParser()
    private var knownFields = KnownFields()

    init(limits: BodyLimits, isResponse: Bool) {
        self.limits = limits
        self.isResponse = isResponse
        trailerLimits = limits.trailerLimits
    }

    /// Decodes the next event from the buffer, whose first byte is at offset `position` of the body.
    mutating func decode(_ buffer: inout ByteBuffer, position: Int) throws(HTTPParseError) -> BodyDecoder.Event {
        let start = buffer.readerIndex
        while true {
            switch state {
            case .data(let remaining):
                let count = min(remaining, buffer.readableBytes)
                guard count > 0, let slice = buffer.readSlice(length: count) else { return .needsMoreBytes }
                state = remaining > count ? .data(remaining: remaining - count) : .dataCarriageReturn
                return .data(slice)
            case .trailers:
                return try decodeTrailers(&buffer, position: position + buffer.readerIndex - start)
            default:
                let bodyPosition = position + buffer.readerIndex - start
                let (read, isFramed) = try buffer.withUnsafeReadableBytes {
                    (bytes) throws(HTTPParseError) -> (Int, Bool) in
                    try decodeFrame(bytes, position: bodyPosition)
                }
                buffer.moveReaderIndex(forwardBy: read)
                guard isFramed else { return .needsMoreBytes }
            }
        }
    }

    /// Scans the bytes between chunk data; returns how many were read, and whether data or trailers follow.
    private mutating func decodeFrame(
        _ bytes: UnsafeRawBufferPointer,
        position: Int
    ) throws(HTTPParseError) -> (Int, Bool) {
        var offset = 0
        while offset < bytes.count {
            let step = try take(bytes[offset], at: position + offset)
            offset += 1
            switch step {
            case .more:
                break
            case .startOfData:
                return (offset, true)
            case .startOfTrailers:
                lines.start(at: 0)
                state = .trailers
                return (offset, true)
            }
        }
        return (offset, false)
    }

    private mutating func take(_ byte: UInt8, at position: Int) throws(HTTPParseError) -> Step {
        switch state {
        case .size(let digits, let value):
            if let digit = byte.hexDigitValue {
                // Four bits for each of at most 16 digits; the first may not use the sign.
                guard digits < Self.sizeDigits, value <= Int.max >> 4 else {
                    throw HTTPParseError(.invalidChunkSize, at: position)
                }
                state = .size(digits: digits + 1, value: value << 4 | Int(digit))
                return .more
            }
            guard digits > 0 else { throw HTTPParseError(Self.lineEnd(byte) ?? .invalidChunkSize, at: position) }
            switch byte {
            case 0x0D: state = .sizeLineFeed(size: value)
            case 0x0A: throw HTTPParseError(.bareLineFeed, at: position)
            case UInt8(ascii: ";"), 0x20, 0x09:
                try extend(ChunkExtensionSyntax(), with: byte, size: value, length: 1, at: position)
            default: throw HTTPParseError(.invalidChunkSize, at: position)
            }
        case .chunkExtension(let syntax, let size, let length):
            if byte == 0x0D {
                guard syntax.isComplete || (isResponse && syntax.isCompleteButForBlanks) else {
                    throw HTTPParseError(.invalidChunkExtension, at: position)
                }
                state = .sizeLineFeed(size: size)
            } else {
                try extend(syntax, with: byte, size: size, length: length + 1, at: position)
            }
        case .sizeLineFeed(let size):
            guard byte == 0x0A else { throw HTTPParseError(.bareCarriageReturn, at: position - 1) }
            guard size > 0 else { return .startOfTrailers }
            state = .data(remaining: size)
            return .startOfData
        case .dataCarriageReturn:
            guard byte == 0x0D else { throw HTTPParseError(.malformedChunkEnd, at: position) }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw HTTPParseError(.malformedChunkEnd, at: position) }
            state = .size(digits: 0, value: 0)
        case .data, .trailers:
            break
        }
        return .more
    }

    private mutating func extend(
        _ syntax: ChunkExtensionSyntax,
        with byte: UInt8,
        size: Int,
        length: Int,
        at position: Int
    ) throws(HTTPParseError) {
        guard length <= limits.chunkExtensionBytes else { throw HTTPParseError(.chunkExtensionTooLong, at: position) }
        var syntax = syntax
        guard syntax.take(byte) else {
            throw HTTPParseError(byte == 0x0A ? .bareLineFeed : .invalidChunkExtension, at: position)
        }
        state = .chunkExtension(syntax, size: size, length: length)
    }

    /// A line end where a chunk size should be is an empty line, not a size of zero.
    private static func lineEnd(_ byte: UInt8) -> HTTPParseError.Reason? {
        byte == 0x0A ? .bareLineFeed : nil
    }

    /// Decodes the trailer section, which stays in the buffer until it is complete.
    private mutating func decodeTrailers(
        _ buffer: inout ByteBuffer,
        position: Int
    ) throws(HTTPParseError) -> BodyDecoder.Event {
        do {
            let isComplete = try buffer.withUnsafeReadableBytes { (bytes) throws(HTTPParseError) -> Bool in
                let end = min(bytes.count, trailerLimits.headBytes)
                let section = isResponse ? FieldSection.responseTrailers : .trailers
                if let base = bytes.baseAddress,
                    try lines.parse(base, to: end, limits: trailerLimits, section: section, knownFields: &knownFields)
                {
                    return true
                }
                if end == trailerLimits.headBytes { throw HTTPParseError(.trailersTooLarge, at: end) }
                return false
            }
            guard isComplete, let bytes = buffer.readSlice(length: lines.cursor) else { return .needsMoreBytes }
            return .end(trailers: FieldBlock(bytes: lines.unfolded(bytes), table: lines.table).makeTrailers())
        } catch {
            let reason: HTTPParseError.Reason =
                switch error.reason {
                case .headTooLarge: .trailersTooLarge
                case .tooManyFields: .tooManyTrailers
                default: error.reason
                }
            throw HTTPParseError(reason, at: position + error.position)
        }
    }
}
