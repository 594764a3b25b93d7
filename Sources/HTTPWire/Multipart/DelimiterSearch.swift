import CLibrary
import NIOCore

/// Looks for the delimiter of a multipart content: CR LF, two hyphens, the boundary (RFC 2046 section 5.1.1).
///
/// The part of a delimiter at the end of one buffer is not kept: its bytes are known. CR occurs only as its first byte,
/// which makes the search simple: where a match fails, no other one can have begun before.
struct DelimiterSearch: Sendable {
    enum Outcome {
        /// All bytes have been consumed.
        case needsMoreBytes
        /// Bytes that belong to no delimiter, at least one.
        case content(ByteBuffer)
        /// A delimiter; the next byte is the first one after it.
        case delimiter
    }

    private let delimiter: ByteBuffer
    /// How many bytes of the delimiter have been seen.
    private var matched = 0
    /// How many of these were only assumed: a delimiter at the very start needs no line end before it.
    private var assumed = 0

    init(boundary: MultipartBoundary) {
        delimiter = ByteBuffer(string: "\r\n--\(boundary)")
        start()
    }

    /// Starts over, at the start of a line.
    mutating func start() {
        matched = 2
        assumed = 2
    }

    /// Takes the next bytes.
    mutating func next(_ buffer: inout ByteBuffer) -> Outcome {
        while true {
            if matched > 0 {
                let count = matchLength(in: buffer)
                buffer.moveReaderIndex(forwardBy: count)
                matched += count
                guard matched < delimiter.readableBytes else {
                    (matched, assumed) = (0, 0)
                    return .delimiter
                }
                guard buffer.readableBytes > 0 else { return .needsMoreBytes }
                let seen = assumed..<matched
                (matched, assumed) = (0, 0)
                if let bytes = delimiter.getSlice(at: seen.lowerBound, length: seen.count), !seen.isEmpty {
                    return .content(bytes)
                }
            }
            let found = findDelimiter(in: buffer)
            let content = buffer.readSlice(length: found.offset)
            buffer.moveReaderIndex(forwardBy: found.length)
            matched = found.length
            if let content, content.readableBytes > 0 { return .content(content) }
            guard matched > 0 else { return .needsMoreBytes }
        }
    }

    /// How many bytes at the start of the buffer continue the delimiter.
    private func matchLength(in buffer: ByteBuffer) -> Int {
        buffer.withUnsafeReadableBytes { bytes in
            delimiter.withUnsafeReadableBytes { Self.commonLength(bytes, 0, $0, matched) }
        }
    }

    /// Where a delimiter begins, and how many of its bytes are there: fewer than all only at the end of the buffer.
    private func findDelimiter(in buffer: ByteBuffer) -> (offset: Int, length: Int) {
        buffer.withUnsafeReadableBytes { bytes in
            delimiter.withUnsafeReadableBytes { delimiter in
                var offset = 0
                while offset < bytes.count, let base = bytes.baseAddress,
                    let found = memchr(base + offset, 0x0D, bytes.count - offset)
                {
                    // `found` lies between `base + offset` and the end of the bytes.
                    offset = UnsafeRawPointer(found) - base
                    let length = Self.commonLength(bytes, offset, delimiter, 0)
                    if length == delimiter.count || offset + length == bytes.count { return (offset, length) }
                    offset += length
                }
                return (bytes.count, 0)
            }
        }
    }

    /// How many bytes of the two are equal, from an offset in each.
    private static func commonLength(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        _ delimiter: UnsafeRawBufferPointer,
        _ delimiterOffset: Int
    ) -> Int {
        let limit = min(bytes.count - offset, delimiter.count - delimiterOffset)
        var length = 0
        while length < limit, bytes[offset + length] == delimiter[delimiterOffset + length] { length += 1 }
        return length
    }
}
