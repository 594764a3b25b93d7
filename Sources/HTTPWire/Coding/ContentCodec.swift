import NIOCore

/// The format of a content coding, with the library that writes and reads it.
protocol ContentCodec {
    /// A stream that compresses.
    ///
    /// - Parameters:
    ///   - level: How much effort it takes, in the library's own levels; values outside become the nearest one. Nil for
    ///     one that suits content that is compressed while it is sent.
    ///   - length: How many bytes will be compressed, if that is known. It only saves memory.
    static func makeCompression(level: Int?, length: Int?) throws(ContentCodingError) -> any CompressionStream

    /// A stream that decompresses.
    static func makeDecompression() throws(ContentCodingError) -> any DecompressionStream
}

extension ContentCodec {
    /// The largest window of what is compressed, as a power of 2: 512 KiB. It bounds the memory of a stream, and every
    /// receiver takes it (RFC 9659 section 3 demands 8 MiB).
    static var largestWindow: Int { 19 }

    /// The window for so much content, as a power of 2.
    static func window(for length: Int?, atLeast smallest: Int) -> Int {
        guard let length, length < 1 << largestWindow else { return largestWindow }
        return max(smallest, Int.bitWidth - max(0, length - 1).leadingZeroBitCount)
    }
}

/// The step of a compressing stream after a piece of content.
enum CompressionStep {
    /// It may keep output back.
    case proceed
    /// It puts out everything, so that the receiver can decompress all content so far.
    case flush
    /// It ends the data.
    case finish
}

/// The compressing half of a content coding.
protocol CompressionStream: AnyObject {
    /// Compresses `input`, takes the step after it, and appends the output.
    ///
    /// - Throws: `ContentCodingError.outOfMemory`.
    func compress(
        _ input: ByteBuffer,
        then step: CompressionStep,
        into output: inout ByteBuffer
    ) throws(ContentCodingError)
}

/// The decompressing half of a content coding.
protocol DecompressionStream: AnyObject {
    /// Whether the data may end here, unless none came at all.
    var mayEnd: Bool { get }

    /// Decompresses a bit of `input`, moves its reader index over what was read, and appends at most `limit` bytes of
    /// content, at least one.
    ///
    /// - Returns: Whether there may be more to do; if not, it needs more input.
    /// - Throws: `ContentCodingError`. Content that came out before the error has been appended.
    func decompress(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> Bool
}

extension ByteBuffer {
    /// Lets a library read the readable bytes, and write at most `limit` bytes to the end of `output`.
    mutating func pass(
        into output: inout ByteBuffer,
        upTo limit: Int,
        _ work: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> (read: Int, written: Int)
    ) {
        // Content is often four times as long as its data.
        let expected = min(limit, max(256, min(readableBytes, 1 << 20) * 4))
        readWithUnsafeReadableBytes { bytes in
            var read = 0
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { space in
                let counts = work(bytes, UnsafeMutableRawBufferPointer(rebasing: space.prefix(limit)))
                read = counts.read
                return counts.written
            }
            return read
        }
    }
}
