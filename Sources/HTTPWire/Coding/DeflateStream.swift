import CZlib
import NIOCore
import Synchronization

/// zlib's compressing half, which content codings and WebSocket messages share.
final class DeflateStream: @unchecked Sendable {
    // Sendable because it has one owner at a time, or is idle.

    private static let idle = Mutex(IdleStreams<DeflateStream>())

    // zlib keeps a pointer back to its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// A stream in the format that `windowBits` stands for, as in zlib's manual: 9 to 15, more for gzip, negative for
    /// raw data.
    init(windowBits: Int, level: Int, memoryLevel: Int = 8) throws(ContentCodingError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream,
            Int32(min(max(level, 0), 9)),
            Z_DEFLATED,
            Int32(windowBits),
            Int32(memoryLevel),
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // Harmless for a stream that was never set up.
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// An idle stream; nil if there is none.
    static func takeIdle(_ parameters: IdleStreams<DeflateStream>.Parameters) -> DeflateStream? {
        idle.withLock { $0.take(parameters) }
    }

    /// Resets the stream, which its owner no longer uses.
    func becomeIdle(_ parameters: IdleStreams<DeflateStream>.Parameters) {
        reset()
        Self.idle.withLock { $0.keep(self, parameters) }
    }

    /// Forgets what was compressed before.
    private func reset() {
        deflateReset(stream)
    }

    /// Compresses `input` and appends the output.
    func run(_ input: ByteBuffer, _ flush: Int32, into output: inout ByteBuffer) {
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
