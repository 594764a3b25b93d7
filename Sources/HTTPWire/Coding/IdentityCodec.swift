import NIOCore

/// No coding: content is copied.
enum IdentityCodec: ContentCodec {
    static func makeCompression(level: Int?, length: Int?) -> any CompressionStream { IdentityStream() }
    static func makeDecompression() -> any DecompressionStream { IdentityStream() }
}

private final class IdentityStream: CompressionStream, DecompressionStream {
    var mayEnd: Bool { true }

    func compress(_ input: ByteBuffer, then step: CompressionStep, into output: inout ByteBuffer) {
        output.writeImmutableBuffer(input)
    }

    func decompress(_ input: inout ByteBuffer, into output: inout ByteBuffer, upTo limit: Int) -> Bool {
        guard var piece = input.readSlice(length: min(input.readableBytes, limit)) else { return false }
        output.writeBuffer(&piece)
        return input.readableBytes > 0
    }
}
