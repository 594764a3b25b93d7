import NIOCore

/// The content of a message that waits for the peer to grant room for it.
struct HTTP2SendQueue {
    /// Pieces of fewer bytes are merged, so that many small ones don't take more memory than their bytes.
    private static let copyLimit = 4_096

    private enum Piece {
        case bytes(ByteBuffer)
        case content(UnsentContent)
    }

    private var first: Piece?
    private var rest: [Piece] = []
    /// How many bytes of the rest have been taken.
    private var taken = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { byteCount == 0 }

    /// How much memory its byte buffers occupy.
    var capacity: Int {
        ([first].compactMap { $0 } + rest[taken...]).reduce(0) { sum, piece in
            if case .bytes(let bytes) = piece { sum + bytes.storageCapacity } else { sum }
        }
    }

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        if bytes.readableBytes < Self.copyLimit, rest.count > taken, case .bytes(var last) = rest[rest.count - 1],
            last.readableBytes < Self.copyLimit * 4
        {
            byteCount += bytes.readableBytes
            // Taken out, so that it can be appended to in place.
            rest.removeLast()
            last.writeImmutableBuffer(bytes)
            rest.append(.bytes(last))
        } else {
            append(.bytes(bytes), bytes.readableBytes)
        }
    }

    /// Appends content that is converted to bytes when it is sent.
    mutating func append(_ content: UnsentContent) {
        guard content.byteCount > 0 else { return }
        append(.content(content), content.byteCount)
    }

    private mutating func append(_ piece: Piece, _ count: Int) {
        byteCount += count
        if first == nil { first = piece } else { rest.append(piece) }
    }

    /// Takes the next bytes, at most `limit` of them, which is more than 0; nil when there are none.
    mutating func take(upTo limit: Int) -> ByteBuffer? {
        let part: ByteBuffer
        switch first.take() {
        case nil:
            return nil
        case .bytes(var bytes)?:
            if bytes.readableBytes > limit, let slice = bytes.readSlice(length: limit) {
                part = slice
                first = .bytes(bytes)
            } else {
                part = bytes
            }
        case .content(var content)?:
            part = content.take(upTo: limit)
            if content.byteCount > 0 { first = .content(content) }
        }
        byteCount -= part.readableBytes
        if first == nil { advance() }
        return part
    }

    private mutating func advance() {
        guard taken < rest.count else { return }
        first = rest[taken]
        taken += 1
        if taken == rest.count {
            rest.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken >= 32, taken * 2 >= rest.count {
            rest.removeFirst(taken)
            taken = 0
        } else {
            rest[taken - 1] = .bytes(ByteBuffer())
        }
    }

    mutating func removeAll() {
        self = HTTP2SendQueue()
    }
}
