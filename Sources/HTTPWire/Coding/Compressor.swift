import CZlib
import NIOCore

/// Compresses content piece by piece (gzip, RFC 1952; deflate in the zlib format, RFC 1950).
///
///     let compressor = try Compressor(.gzip)
///     try compressor.compress(ByteBuffer(string: "Hello"), into: &output)
///     try compressor.finish(into: &output)
///
/// A compressor belongs to one isolation domain; it needs about 256 KiB until it is released.
public final class Compressor {
    /// The coding it applies.
    public let coding: ContentCoding

    // zlib keeps a pointer back to its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// A compressor for this coding; with `.identity` it only copies.
    ///
    /// - Parameter level: 0 (none) to 9 (best, slowest); values outside become the nearest one. Defaults to 6.
    /// - Throws: `ContentCodingError.outOfMemory`.
    public init(_ coding: ContentCoding, level: Int = 6) throws(ContentCodingError) {
        self.coding = coding
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard coding != .identity else { return }
        let windowBits: Int32 = coding == .gzip ? 15 + 16 : 15
        let result = deflateInit2_(
            stream,
            Int32(min(max(level, 0), 9)),
            Z_DEFLATED,
            windowBits,
            8,
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

    /// Compresses the readable bytes of `input` and appends what comes out of it, which may be nothing yet.
    ///
    /// - Throws: `ContentCodingError.finished` after `finish`.
    public func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(ContentCodingError) {
        guard input.readableBytes > 0 else {
            if isFinished { throw .finished }
            return
        }
        try run(input, Z_NO_FLUSH, into: &output)
    }

    /// Appends everything that has gone in but not yet come out, so that the receiver can decompress all of it.
    ///
    /// - Throws: `ContentCodingError.finished` after `finish`.
    public func flush(into output: inout ByteBuffer) throws(ContentCodingError) {
        try run(ByteBuffer(), Z_SYNC_FLUSH, into: &output)
    }

    /// Appends the end of the compressed data. Nothing can be compressed after it.
    ///
    /// - Throws: `ContentCodingError.finished` if called before.
    public func finish(into output: inout ByteBuffer) throws(ContentCodingError) {
        try run(ByteBuffer(), Z_FINISH, into: &output)
        isFinished = true
    }

    private func run(_ input: ByteBuffer, _ flush: Int32, into output: inout ByteBuffer) throws(ContentCodingError) {
        if isFinished { throw .finished }
        guard coding != .identity else {
            output.writeImmutableBuffer(input)
            return
        }
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

extension UnsafeMutablePointer<z_stream> {
    /// Lets zlib read these bytes.
    func setInput(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.next_in = UnsafeMutablePointer<UInt8>(mutating: start)
        pointee.avail_in = UInt32(clamping: bytes.count)
    }

    /// Lets zlib write into this space, and returns how much of it.
    func setOutput(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let count = UInt32(clamping: space.count)
        pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.avail_out = count
        return Int(count)
    }
}
