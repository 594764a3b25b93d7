import HTTPWire
import NIOCore

/// The compressed content of one entry of an archive, with its checksum.
///
/// A gzip file (RFC 1952) is what an entry of a zip archive needs: a header, which is left out, the deflated content, and
/// the checksum.
final class ZipContent {
    struct Totals: Equatable {
        var checksum: UInt32 = 0
        var compressed: UInt64 = 0
        var uncompressed: UInt64 = 0
    }

    private static let headerLength = 10
    private static let trailerLength = 8

    private let compressor: Compressor
    private var totals = Totals()
    private var headerLeft = headerLength

    /// - Parameter level: 0 stores the content in the format of compressed ones.
    init(level: Int) throws {
        compressor = try Compressor(.gzip, level: level)
    }

    func append(_ bytes: ByteBuffer, into output: inout ByteBuffer) throws {
        totals.uncompressed += UInt64(bytes.readableBytes)
        var coded = ByteBuffer()
        try compressor.compress(bytes, into: &coded)
        take(&coded, into: &output)
    }

    /// Completes the content.
    func finish(into output: inout ByteBuffer) throws -> Totals {
        var coded = ByteBuffer()
        try compressor.finish(into: &coded)
        let start = coded.writerIndex - Self.trailerLength
        totals.checksum = coded.getInteger(at: start, endianness: .little) ?? 0
        coded.moveWriterIndex(to: max(start, coded.readerIndex))
        take(&coded, into: &output)
        return totals
    }

    private func take(_ coded: inout ByteBuffer, into output: inout ByteBuffer) {
        let count = min(headerLeft, coded.readableBytes)
        headerLeft -= count
        coded.moveReaderIndex(forwardBy: count)
        totals.compressed += UInt64(coded.readableBytes)
        output.writeBuffer(&coded)
    }
}
