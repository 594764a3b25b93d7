import CZlib
import NIOCore

/// Compresses the messages of one side (RFC 7692 section 7.2.1).
///
/// It belongs to one isolation domain. The memory, up to 256 KiB by the size of the window, is taken when the first
/// message is compressed.
public final class MessageDeflater {
    private let windowBits: Int
    private let startsAnew: Bool
    private let level: Int
    private var stream: DeflateStream?

    /// A deflater for the messages of `role`; nil where the agreed window is too small for zlib, so that the messages
    /// have to be sent as they are. (It turns 8 bits into 9, which the peer could not follow.)
    public init?(_ agreed: PerMessageDeflate, role: WebSocketRole, level: Int) {
        let (bits, isReset) = agreed.window(of: role)
        guard bits > 8 else { return nil }
        self.windowBits = bits
        self.startsAnew = isReset
        self.level = level
    }

    /// Compresses the next bytes of a message and appends what comes out, which may be nothing until the last.
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
        // The last four bytes are left out: the receiver knows them. Nothing at all comes out when nothing went in since
        // the message before, and an empty block stands for it (section 7.2.3.6).
        if output.writerIndex - start >= 4 {
            output.moveWriterIndex(to: output.writerIndex - 4)
        } else {
            output.moveWriterIndex(to: start)
            output.writeInteger(UInt8(0))
        }
        if startsAnew { stream.reset() }
    }

    private func openStream() throws(ContentCodingError) -> DeflateStream {
        if let stream { return stream }
        // A small window has no use for a large table.
        let memoryLevel = min(8, windowBits - 7)
        let stream = try DeflateStream(windowBits: -windowBits, level: level, memoryLevel: memoryLevel)
        self.stream = stream
        return stream
    }
}
