import CZlib
import NIOCore

/// Compresses content piece by piece (gzip, RFC 1952; deflate in the zlib format, RFC 1950).
///
///     let compressor = try Compressor(.gzip)
///     try compressor.compress(ByteBuffer(string: "Hello"), into: &output)
///     try compressor.finish(into: &output)
///
/// A compressor belongs to one isolation domain; it takes about 256 KiB until it is released.
public final class Compressor {
    /// The coding that it applies.
    public let coding: ContentCoding

    /// Nil for `identity`.
    private let stream: DeflateStream?
    private var isFinished = false

    /// A compressor for this coding; with `.identity` it only copies.
    ///
    /// - Parameter level: 0 (none) to 9 (best, slowest); values outside become the nearest one. Defaults to 6.
    /// - Throws: `ContentCodingError.unsupported` or `.outOfMemory`.
    public init(_ coding: ContentCoding, level: Int = 6) throws(ContentCodingError) {
        self.coding = coding
        switch coding.name {
        case .identity: stream = nil
        case .gzip: stream = try DeflateStream(windowBits: 15 + 16, level: level)
        case .deflate: stream = try DeflateStream(windowBits: 15, level: level)
        case .br, .zstd: throw .unsupported(coding)
        }
    }

    /// Compresses the readable bytes of `input` and appends the output, of which there may be none yet.
    ///
    /// - Throws: `ContentCodingError.finished` after `finish`.
    public func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(ContentCodingError) {
        guard input.readableBytes > 0 else {
            if isFinished { throw .finished }
            return
        }
        try run(input, Z_NO_FLUSH, into: &output)
    }

    /// Appends the output for all input so far, so that the receiver can decompress all of it.
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
        guard let stream else {
            output.writeImmutableBuffer(input)
            return
        }
        stream.run(input, flush, into: &output)
    }
}

extension UnsafeMutablePointer<z_stream> {
    /// Makes these bytes the input of zlib.
    func setInput(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.next_in = UnsafeMutablePointer<UInt8>(mutating: start)
        pointee.avail_in = UInt32(clamping: bytes.count)
    }

    /// Makes this space the output of zlib, and returns how much of it zlib can use.
    func setOutput(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let count = UInt32(clamping: space.count)
        pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
        pointee.avail_out = count
        return Int(count)
    }
}
