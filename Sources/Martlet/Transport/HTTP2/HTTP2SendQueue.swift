import NIOCore

/// The content of a message that waits for the peer to grant room for it.
struct HTTP2SendQueue {
    /// Pieces of fewer bytes are put together, so that many small ones don't cost more than their bytes.
    private static let copyLimit = 4_096

    private var first: ByteBuffer?
    private var rest: [ByteBuffer] = []
    private(set) var byteCount = 0

    var isEmpty: Bool { byteCount == 0 }

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        byteCount += bytes.readableBytes
        if first == nil {
            first = bytes
        } else if bytes.readableBytes < Self.copyLimit, let last = rest.indices.last {
            rest[last].writeImmutableBuffer(bytes)
        } else {
            rest.append(bytes)
        }
    }

    /// Takes the next bytes, at most `limit` of them, which is more than 0; nil when there are none.
    mutating func take(upTo limit: Int) -> ByteBuffer? {
        guard var bytes = first.take() else { return nil }
        if bytes.readableBytes <= limit {
            first = rest.isEmpty ? nil : rest.removeFirst()
            byteCount -= bytes.readableBytes
            return bytes
        }
        let part = bytes.readSlice(length: limit)
        first = bytes
        byteCount -= limit
        return part
    }

    mutating func removeAll() {
        self = HTTP2SendQueue()
    }
}
