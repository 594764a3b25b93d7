import CZlib
import NIOCore

/// gzip (RFC 1952), by zlib.
enum GzipCodec: ContentCodec {
    private static let windowBits = 15 + 16

    static func makeCompression(level: Int?, length: Int?) throws(ContentCodingError) -> any CompressionStream {
        try DeflateStream(windowBits: windowBits, level: level ?? DeflateStream.defaultLevel)
    }

    static func makeDecompression() throws(ContentCodingError) -> any DecompressionStream {
        try ZlibDecompression(windowBits: windowBits, isGzip: true)
    }
}

/// deflate: the format of zlib (RFC 1950) and, when reading, deflated data without it (RFC 1951), which some send.
enum DeflateCodec: ContentCodec {
    static func makeCompression(level: Int?, length: Int?) throws(ContentCodingError) -> any CompressionStream {
        try DeflateStream(windowBits: 15, level: level ?? DeflateStream.defaultLevel)
    }

    static func makeDecompression() throws(ContentCodingError) -> any DecompressionStream {
        try ZlibDecompression(windowBits: 15, isGzip: false)
    }
}

extension DeflateStream: CompressionStream {
    static var defaultLevel: Int { 6 }

    func compress(_ input: ByteBuffer, then step: CompressionStep, into output: inout ByteBuffer) {
        switch step {
        case .proceed: run(input, Z_NO_FLUSH, into: &output)
        case .flush: run(input, Z_SYNC_FLUSH, into: &output)
        case .finish: run(input, Z_FINISH, into: &output)
        }
    }
}

/// Decompresses gzip and deflate. Several gzip members in a row are one content; zeros after the data are ignored.
private final class ZlibDecompression: DecompressionStream {
    private enum Stage {
        /// No byte has come in.
        case start
        /// The first byte of deflated data has come in; the second one tells the format.
        case firstByte(UInt8)
        case inside
        /// The last member is complete.
        case end
    }

    private let state: ZlibState
    private let isGzip: Bool
    private var stage = Stage.start

    init(windowBits: Int, isGzip: Bool) throws(ContentCodingError) {
        state = try ZlibState(end: inflateEnd) { inflateInit2_($0, Int32(windowBits), $1, $2) }
        self.isGzip = isGzip
    }

    var mayEnd: Bool {
        if case .end = stage { true } else { false }
    }

    func decompress(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> Bool {
        if case .inside = stage { return try inflate(&input, into: &output, upTo: limit) }
        guard let byte = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return false }
        switch stage {
        case .start where !isGzip:
            input.moveReaderIndex(forwardBy: 1)
            stage = .firstByte(byte)
        case .firstByte(let first):
            try detectFormat(first, byte)
            stage = .inside
        case .end where byte == 0:
            input.moveReaderIndex(forwardBy: input.readableBytesView.prefix { $0 == 0 }.count)
        case .end:
            // Another gzip member starts with 0x1F (RFC 1952 section 2.3.1).
            guard isGzip, byte == 0x1F else { throw .trailingData }
            inflateReset(state.stream)
            stage = .inside
        case .start, .inside:
            stage = .inside
        }
        return true
    }

    /// Decides between the zlib format and raw deflated data (RFC 1950 section 2.2), and feeds the first byte.
    private func detectFormat(_ first: UInt8, _ second: UInt8) throws(ContentCodingError) {
        let stream = state.stream
        let isZlib = first & 0x0F == 8 && first >> 4 <= 7 && (UInt16(first) << 8 | UInt16(second)) % 31 == 0
        guard isZlib || inflateReset2(stream, -15) == Z_OK else { throw .corrupt("no format") }
        // The header byte, or the first of the data, produces no output by itself.
        var byte = first
        var nowhere: UInt8 = 0
        let result = withUnsafeMutableBytes(of: &nowhere) { space in
            withUnsafeBytes(of: &byte) { bytes in
                stream.setInput(bytes)
                _ = stream.setOutput(space)
                return CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        guard result == Z_OK || result == Z_BUF_ERROR, stream.pointee.avail_out == 1 else {
            throw .corrupt(stream.message)
        }
    }

    private func inflate(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> Bool {
        let stream = state.stream
        var result = Z_OK
        input.pass(into: &output, upTo: limit) { bytes, space in
            stream.setInput(bytes)
            let size = stream.setOutput(space)
            result = CZlib.inflate(stream, Z_NO_FLUSH)
            let read = Int(UInt32(clamping: bytes.count)) - Int(stream.pointee.avail_in)
            return (read, size - Int(stream.pointee.avail_out))
        }
        switch result {
        case Z_STREAM_END:
            stage = .end
            return true
        case Z_OK: return stream.pointee.avail_out == 0 || input.readableBytes > 0
        // There is room for output, so it needs more input.
        case Z_BUF_ERROR: return false
        case Z_MEM_ERROR: throw .outOfMemory
        case Z_NEED_DICT: throw .corrupt("preset dictionary")
        default: throw .corrupt(stream.message)
        }
    }
}

extension UnsafeMutablePointer<z_stream> {
    /// The reason that zlib gives for the last error.
    fileprivate var message: String {
        pointee.msg.map { String(cString: $0) } ?? "invalid data"
    }
}
