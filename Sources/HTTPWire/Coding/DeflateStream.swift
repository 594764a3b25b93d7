import CZlib
import NIOCore

/// zlib's compressing half, which content codings and WebSocket messages share.
final class DeflateStream: ReusableStream, @unchecked Sendable {
    // Sendable because it has one owner at a time, or is idle.

    static let idle = IdleStreams<DeflateStream>()

    private let state: ZlibState

    /// A stream in the format that `windowBits` stands for, as in zlib's manual: 9 to 15, more for gzip, negative for
    /// raw data.
    init(windowBits: Int, level: Int, memoryLevel: Int = 8) throws(ContentCodingError) {
        state = try ZlibState(end: deflateEnd) { stream, version, size in
            deflateInit2_(
                stream,
                Int32(min(max(level, 0), 9)),
                Z_DEFLATED,
                Int32(windowBits),
                Int32(memoryLevel),
                Z_DEFAULT_STRATEGY,
                version,
                size
            )
        }
    }

    func reset() {
        deflateReset(state.stream)
    }

    /// Compresses `input` and appends the output.
    func run(_ input: ByteBuffer, _ flush: Int32, into output: inout ByteBuffer) {
        let stream = state.stream
        input.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            repeat {
                // zlib counts in 32 bits.
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
                rest = rest.dropFirst(piece.count)
                stream.setInput(piece)
                var isDone = false
                while !isDone {
                    let expected = max(256, Int(stream.pointee.avail_in) / 2)
                    output.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { space in
                        let count = stream.setOutput(space)
                        deflate(stream, rest.isEmpty ? flush : Z_NO_FLUSH)
                        isDone = stream.pointee.avail_out > 0
                        return count - Int(stream.pointee.avail_out)
                    }
                }
            } while !rest.isEmpty
            stream.setInput(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }
}
