import NIOCore

/// The rest of content that is converted to bytes as it is sent: what the peer does not accept takes no memory besides
/// the content itself, which many responses may share.
struct UnsentContent {
    private let content: OutgoingContent
    private var offset = 0
    /// How many bytes are left.
    private(set) var byteCount: Int

    init(_ content: OutgoingContent) {
        if case .text(var text) = content {
            text.makeContiguousUTF8()
            self.content = .text(text)
        } else {
            self.content = content
        }
        self.byteCount = content.byteCount
    }

    /// Takes the next bytes, at most `limit` of them.
    mutating func take(upTo limit: Int) -> ByteBuffer {
        let count = min(limit, byteCount)
        let range = offset..<offset + count
        offset += count
        byteCount -= count
        switch content {
        case .none:
            return ByteBuffer()
        case .buffer(let buffer):
            return buffer.getSlice(at: buffer.readerIndex + range.lowerBound, length: count) ?? ByteBuffer()
        case .bytes(let bytes):
            return ByteBuffer(bytes: bytes[range])
        case .text(let text):
            let bytes = text.utf8.withContiguousStorageIfAvailable { ByteBuffer(bytes: $0[range]) }
            return bytes ?? ByteBuffer(bytes: text.utf8.dropFirst(range.lowerBound).prefix(count))
        }
    }
}
