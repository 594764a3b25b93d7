import CZlib
import Synchronization

/// zlib's decompressing half, for raw data.
final class InflateStream: @unchecked Sendable {
    // Sendable because it has one owner at a time, or is idle.

    private static let idle = Mutex(IdleStreams<InflateStream>())

    // zlib keeps a pointer back to its stream, so the stream must not move.
    let stream: UnsafeMutablePointer<z_stream>

    /// A stream with a window of 2 to the power of `windowBits` bytes, 9 to 15.
    init(windowBits: Int) throws(ContentCodingError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, Int32(-windowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // Harmless for a stream that was never set up.
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// An idle stream; nil if there is none.
    static func takeIdle(_ parameters: IdleStreams<InflateStream>.Parameters) -> InflateStream? {
        idle.withLock { $0.take(parameters) }
    }

    /// Resets the stream, which its owner no longer uses.
    func becomeIdle(_ parameters: IdleStreams<InflateStream>.Parameters) {
        reset()
        Self.idle.withLock { $0.keep(self, parameters) }
    }

    /// Forgets what was decompressed before.
    private func reset() {
        inflateReset(stream)
    }
}
