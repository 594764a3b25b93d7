import CZlib
import NIOCore

/// Decompresses the messages of the peer (RFC 7692 section 7.2.2).
///
/// It belongs to one isolation domain. Its memory, about 40 KiB, is allocated when the first compressed message arrives.
/// If each message is compressed independently, it is needed during a message only, and shared with others.
final class MessageInflater {
    /// The end of every compressed message, which is not sent.
    static let tail = ByteBuffer(bytes: [0x00, 0x00, 0xFF, 0xFF])

    private let windowBits: Int
    private let startsAnew: Bool
    private var stream: InflateStream?
    /// Whether the last block is complete.
    private var isBetweenBlocks = false

    /// Creates an inflater for the messages that `peer` sends.
    init(_ agreed: PerMessageDeflate, peer: WebSocketRole) {
        let (bits, isReset) = agreed.window(of: peer)
        // zlib on the other side turns 8 bits into 9.
        self.windowBits = max(bits, 9)
        self.startsAnew = isReset
    }

    /// Decompresses some of a message's bytes, with the ``tail`` appended to the last of them, and moves the reader
    /// index of `input` past the consumed ones.
    ///
    /// - Parameter limit: The maximum number of output bytes. If that many are produced, there may be more.
    func inflate(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) {
        let stream = try openStream().stream
        let start = output.writerIndex
        while true {
            let room = limit - (output.writerIndex - start)
            guard room > 0 else { return }
            let expected = min(room, max(256, input.readableBytes * 8))
            let before = stream.pointee.total_out
            var result = Z_OK
            let available = input.readableBytes
            input.readWithUnsafeReadableBytes { bytes in
                stream.setInput(bytes)
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { space in
                    let count = stream.setOutput(UnsafeMutableRawBufferPointer(rebasing: space.prefix(room)))
                    result = CZlib.inflate(stream, Z_NO_FLUSH)
                    return count - Int(stream.pointee.avail_out)
                }
                return Int(UInt32(clamping: bytes.count)) - Int(stream.pointee.avail_in)
            }
            let isFull = stream.pointee.avail_out == 0
            // zlib reports this right after a block, but no longer if it is called again with nothing to do.
            if input.readableBytes < available || stream.pointee.total_out != before {
                isBetweenBlocks = stream.pointee.data_type & 128 != 0
            }
            stream.setInput(UnsafeRawBufferPointer(start: nil, count: 0))
            switch result {
            case Z_OK where isFull || input.readableBytes > 0: continue
            // It needs more input.
            case Z_OK, Z_BUF_ERROR: return
            // A block marked as the last can be followed by others (section 7.2.3.4), which may refer to it.
            case Z_STREAM_END: inflateResetKeep(stream)
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "invalid data")
            }
        }
    }

    /// Ends a message all of whose bytes have been consumed.
    ///
    /// - Throws: `ContentCodingError.truncated` if it ends inside a block.
    func endMessage() throws(ContentCodingError) {
        guard isBetweenBlocks else { throw .truncated }
        guard startsAnew, let stream else { return }
        InflateStream.idle.keep(stream, parameters)
        self.stream = nil
    }

    private var parameters: IdleStreams<InflateStream>.Parameters { IdleStreams.Parameters(windowBits: windowBits) }

    private func openStream() throws(ContentCodingError) -> InflateStream {
        if let stream { return stream }
        if startsAnew, let idle = InflateStream.idle.take(parameters) {
            stream = idle
            return idle
        }
        let new = try InflateStream(windowBits: windowBits)
        stream = new
        return new
    }
}
