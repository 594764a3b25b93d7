import NIOCore

/// What a connection is about to write: one growing buffer for heads and small contents, and larger contents and parts
/// of files as they are, so that nothing large is copied.
struct OutputBuffer {
    /// Contents of at least this many bytes are not copied.
    static let copyLimit = 16_384

    /// The buffer to append to.
    var tail = ByteBuffer()
    private var full: [Piece] = []
    private var fullBytes = 0

    /// What waits ahead of the tail.
    private enum Piece {
        case bytes(ByteBuffer)
        case file(FileSlice)
    }

    /// How many bytes wait to be written.
    var byteCount: Int { fullBytes + tail.readableBytes }

    var isEmpty: Bool { byteCount == 0 }

    /// Appends `bytes`, by reference if they are many.
    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes >= Self.copyLimit else {
            tail.writeImmutableBuffer(bytes)
            return
        }
        append(.bytes(bytes), bytes.readableBytes)
    }

    /// Appends a part of a file, which is not read.
    mutating func append(_ slice: FileSlice) {
        append(.file(slice), slice.byteCount)
    }

    private mutating func append(_ piece: Piece, _ count: Int) {
        if tail.readableBytes > 0 {
            full.append(.bytes(tail))
            fullBytes += tail.readableBytes
            tail = ByteBuffer()
        }
        full.append(piece)
        fullBytes += count
    }

    /// Hands each buffer to `write` and starts anew, with the memory of the last one if that is free again by then.
    ///
    /// - Parameter writeFile: Takes the parts of files, in turn with the buffers. Where none are appended, there are none.
    mutating func drain(_ write: (ByteBuffer) -> Void, writeFile: (FileSlice) -> Void = { _ in }) {
        for piece in full {
            switch piece {
            case .bytes(let buffer): write(buffer)
            case .file(let slice): writeFile(slice)
            }
        }
        full.removeAll(keepingCapacity: true)
        fullBytes = 0
        if tail.readableBytes > 0 {
            write(tail)
            tail.moveReaderIndex(to: tail.writerIndex)
        }
    }

    /// Lets the memory go of what has been drained. Call it after the flush, when the socket holds it no longer. What was
    /// appended meanwhile, as happens when the flush makes the channel writable, stays.
    mutating func reset() {
        guard tail.readableBytes == 0 else { return }
        if tail.capacity > Self.copyLimit * 4 {
            tail = ByteBuffer()
        } else {
            tail.clear()
        }
    }
}
