import NIOCore

/// Compresses content piece by piece, in any ``ContentCoding/supported`` coding.
///
///     let compressor = try Compressor(.gzip)
///     try compressor.compress(ByteBuffer(string: "Hello"), into: &output)
///     try compressor.finish(into: &output)
///
/// A compressor belongs to one isolation domain. Until it is released it takes memory: about 256 KiB for gzip and deflate,
/// 2 MiB for Zstandard and 4 MiB for Brotli at their default levels.
public final class Compressor {
    /// The coding that it applies.
    public let coding: ContentCoding

    private let stream: any CompressionStream
    private var isFinished = false

    /// A compressor for this coding; with `.identity` it only copies.
    ///
    /// - Parameters:
    ///   - coding: The coding of the output.
    ///   - level: From fast to small: 0 to 9 for gzip and deflate, 0 to 11 for Brotli, 1 to 19 for Zstandard; values
    ///     outside become the nearest one. By default 6, 5 and 3, which suit content that is compressed while it is sent.
    ///   - contentLength: How many bytes will be compressed, if that is known. For little content, Brotli and Zstandard
    ///     then take less memory. Nothing breaks if it is wrong.
    /// - Throws: `ContentCodingError.unsupported` or `.outOfMemory`.
    public init(
        _ coding: ContentCoding,
        level: Int? = nil,
        contentLength: Int? = nil
    ) throws(ContentCodingError) {
        guard let codec = coding.codec else { throw .unsupported(coding) }
        self.coding = coding
        stream = try codec.makeCompression(level: level, length: contentLength)
    }

    /// Compresses the readable bytes of `input` and appends the output, of which there may be none yet.
    ///
    /// - Throws: `ContentCodingError.finished` after `finish`; `.outOfMemory`.
    public func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(ContentCodingError) {
        if isFinished { throw .finished }
        guard input.readableBytes > 0 else { return }
        try stream.compress(input, then: .proceed, into: &output)
    }

    /// Appends the output for all input so far, so that the receiver can decompress all of it.
    ///
    /// - Throws: `ContentCodingError.finished` after `finish`; `.outOfMemory`.
    public func flush(into output: inout ByteBuffer) throws(ContentCodingError) {
        if isFinished { throw .finished }
        try stream.compress(ByteBuffer(), then: .flush, into: &output)
    }

    /// Appends the end of the compressed data. Nothing can be compressed after it.
    ///
    /// - Throws: `ContentCodingError.finished` if called before; `.outOfMemory`.
    public func finish(into output: inout ByteBuffer) throws(ContentCodingError) {
        if isFinished { throw .finished }
        try stream.compress(ByteBuffer(), then: .finish, into: &output)
        isFinished = true
    }
}
