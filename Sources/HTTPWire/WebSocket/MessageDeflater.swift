import CZlib
import NIOCore

/// Compresses the messages of one side (RFC 7692 section 7.2.1).
///
/// It belongs to one isolation domain. Its memory, up to 256 KiB depending on the size of the window, is allocated when
/// the first message is compressed. If each message is compressed independently, it is needed during a message only, and
/// shared with others.
public final class MessageDeflater {
    private let windowBits: Int
    private let startsAnew: Bool
    private let level: Int
    private var stream: DeflateStream?

    /// Creates a deflater for the messages of `role`; nil if the negotiated window is too small for zlib, in which case
    /// messages have to be sent uncompressed. (zlib turns 8 bits into 9, which the peer could not decompress.)
    public init?(_ agreed: PerMessageDeflate, role: WebSocketRole, level: Int) {
        let (bits, isReset) = agreed.window(of: role)
        guard bits > 8 else { return nil }
        self.windowBits = bits
        self.startsAnew = isReset
        self.level = level
    }

    /// Compresses the next bytes of a message and appends the output, which may be empty until the last call.
    ///
    /// - Throws: `ContentCodingError.outOfMemory`.
    public func deflate(
        _ bytes: ByteBuffer,
        isLast: Bool,
        into output: inout ByteBuffer
    ) throws(ContentCodingError) {
        let stream = try openStream()
        guard isLast else { return stream.run(bytes, Z_NO_FLUSH, into: &output) }
        let start = output.writerIndex
        stream.run(bytes, Z_SYNC_FLUSH, into: &output)
        // The last four bytes are omitted: the receiver adds them. There is no output at all if there was no input
        // since the previous message; an empty block represents that (section 7.2.3.6).
        if output.writerIndex - start >= 4 {
            output.moveWriterIndex(to: output.writerIndex - 4)
        } else {
            output.moveWriterIndex(to: start)
            output.writeInteger(UInt8(0))
        }
        guard startsAnew else { return }
        DeflateStream.idle.keep(stream, parameters)
        self.stream = nil
    }

    private var parameters: IdleStreams<DeflateStream>.Parameters {
        IdleStreams.Parameters(windowBits: windowBits, level: level)
    }

    private func openStream() throws(ContentCodingError) -> DeflateStream {
        if let stream { return stream }
        if startsAnew, let idle = DeflateStream.idle.take(parameters) {
            stream = idle
            return idle
        }
        // A small window does not need a large table.
        let memoryLevel = min(8, windowBits - 7)
        let stream = try DeflateStream(windowBits: -windowBits, level: level, memoryLevel: memoryLevel)
        self.stream = stream
        return stream
    }
}
