package import NIOCore

/// A queue of bytes that takes up little more memory than they need.
///
/// A slice keeps all of the buffer alive that it was cut from. One that is a small part of it is copied, and small pieces
/// are put together: a peer that sends a byte at a time occupies as much memory as one that sends as much at once.
@usableFromInline
package struct PieceQueue: Sendable {
    /// Pieces of fewer bytes are merged, unless there is just one.
    private static let mergedBelow = 1_024
    /// How many bytes are merged at most.
    private static let mergedBytes = 16_384
    /// How much memory the only piece may hold on to besides what its size allows, so that small messages are not
    /// copied.
    private static let onlySlack = 4_096
    /// The same for each of several pieces.
    private static let slack = 1_024

    private var pieces: [ByteBuffer] = []
    private var head = 0
    /// Whether the last piece is a copy, so that more can be added to it.
    private var isLastCopied = false
    /// How many bytes wait.
    @usableFromInline package private(set) var byteCount = 0

    /// An empty queue.
    package init() {}

    /// Whether the queue is empty.
    package var isEmpty: Bool { byteCount == 0 }

    /// How much memory the pieces hold on to, in bytes. Memory that several of them share counts for each.
    package var capacity: Int {
        pieces[head...].reduce(pieces.capacity * MemoryLayout<ByteBuffer>.stride) { $0 + $1.storageCapacity }
    }

    /// Adds bytes to the end.
    package mutating func append(_ bytes: ByteBuffer) {
        let count = bytes.readableBytes
        guard count > 0 else { return }
        let isShared =
            isEmpty
            ? !bytes.isSparse(beyond: Self.onlySlack)
            : count >= Self.mergedBelow && !bytes.isSparse(beyond: Self.slack)
        byteCount += count
        if isShared {
            pieces.append(bytes)
            isLastCopied = false
        } else {
            merge(bytes)
        }
    }

    private mutating func merge(_ bytes: ByteBuffer) {
        let last = pieces.count - 1
        if last >= head, isLastCopied || pieces[last].readableBytes < Self.mergedBelow,
            pieces[last].readableBytes + bytes.readableBytes <= Self.mergedBytes
        {
            if !isLastCopied { pieces[last] = pieces[last].copied(room: bytes.readableBytes) }
            pieces[last].writeImmutableBuffer(bytes)
        } else {
            pieces.append(bytes.copied())
        }
        isLastCopied = true
    }

    /// Takes the first bytes; nil when there are none.
    package mutating func popFirst() -> ByteBuffer? {
        guard head < pieces.count else { return nil }
        if head == pieces.count - 1 {
            let piece = pieces.removeLast()
            pieces.removeAll(keepingCapacity: head < 16)
            head = 0
            byteCount = 0
            isLastCopied = false
            return piece
        }
        let piece = pieces[head]
        pieces[head] = ByteBuffer()
        head += 1
        byteCount -= piece.readableBytes
        if head >= 32, head * 2 >= pieces.count {
            pieces.removeFirst(head)
            head = 0
        }
        return piece
    }

    /// Drops everything.
    package mutating func removeAll() {
        self = PieceQueue()
    }
}
