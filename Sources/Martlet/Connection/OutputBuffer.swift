import NIOCore

/// The output of a connection: one growing buffer for heads and small contents, and larger contents and parts of files
/// as they are, so that nothing large is copied before it is sent.
struct OutputBuffer {
    /// Byte contents of at least this length are not copied.
    static let copyLimit = 16_384
    /// Contents longer than this, of any kind, are converted to bytes only when they are sent.
    static let heldBytes = 65_536

    /// The buffer to append to.
    var tail = ByteBuffer()
    private var full: [Piece] = []
    private var fullBytes = 0

    /// The bytes before the tail.
    private enum Piece {
        case bytes(ByteBuffer)
        case file(FileSlice)
        case content(UnsentContent)
    }

    /// How many bytes wait to be written.
    var byteCount: Int { fullBytes + tail.readableBytes }

    var isEmpty: Bool { byteCount == 0 }

    /// How much memory the byte buffers among them occupy.
    var capacity: Int {
        full.reduce(tail.storageCapacity) { sum, piece in
            if case .bytes(let bytes) = piece { sum + bytes.storageCapacity } else { sum }
        }
    }

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

    /// Appends content that is converted to bytes when it is sent.
    mutating func append(_ content: UnsentContent) {
        append(.content(content), content.byteCount)
    }

    private mutating func append(_ piece: Piece, _ count: Int) {
        if tail.readableBytes > 0 {
            fullBytes += tail.readableBytes
            full.append(.bytes(takeTail()))
        }
        full.append(piece)
        fullBytes += count
    }

    /// Passes each buffer to `write` and starts over, with the memory of the last one if that is free by then. Use
    /// ``drainSome(_:writeFile:)`` for parts of files.
    mutating func drain(_ write: (ByteBuffer) -> Void) {
        drain(write) { content in
            var content = content
            while content.byteCount > 0 { write(content.take(upTo: Self.heldBytes)) }
        }
    }

    /// The same, passing the contents that are not bytes yet to `writeContent`.
    mutating func drain(_ write: (ByteBuffer) -> Void, writeContent: (UnsentContent) -> Void) {
        for piece in full {
            switch piece {
            case .bytes(let buffer): write(buffer)
            case .content(let content): writeContent(content)
            case .file: break
            }
        }
        full.removeAll(keepingCapacity: true)
        fullBytes = 0
        drainTail(write)
    }

    /// Passes on what comes before the first content that is not bytes yet, and the beginning of that.
    ///
    /// - Returns: whether something is left, to be sent when the peer has accepted that.
    mutating func drainSome(_ write: (ByteBuffer) -> Void, writeFile: (FileSlice) -> Void) -> Bool {
        guard !full.isEmpty else {
            drainTail(write)
            return false
        }
        var done = 0
        loop: while done < full.count {
            switch full[done] {
            case .bytes(let buffer):
                fullBytes -= buffer.readableBytes
                write(buffer)
            case .file(let slice):
                fullBytes -= slice.byteCount
                writeFile(slice)
            case .content(var content):
                let bytes = content.take(upTo: Self.heldBytes)
                fullBytes -= bytes.readableBytes
                write(bytes)
                guard content.byteCount == 0 else {
                    full[done] = .content(content)
                    break loop
                }
            }
            done += 1
        }
        full.removeFirst(done)
        guard full.isEmpty else { return true }
        drainTail(write)
        return false
    }

    /// Whether the tail is all there is.
    var isOneBuffer: Bool { full.isEmpty }

    /// Takes out the bytes and the part of a file behind them, if that is all there is: a small file and its head.
    mutating func takeFile() -> (head: ByteBuffer, file: FileSlice)? {
        guard full.count == 2, tail.readableBytes == 0, case (.bytes(let head), .file(let file)) = (full[0], full[1])
        else { return nil }
        full.removeAll(keepingCapacity: true)
        fullBytes = 0
        return (head, file)
    }

    /// Takes out the bytes of the tail, which keeps their memory, to use it again once they have been sent.
    mutating func takeTail() -> ByteBuffer {
        let bytes = tail
        tail.moveReaderIndex(to: tail.writerIndex)
        return bytes
    }

    private mutating func drainTail(_ write: (ByteBuffer) -> Void) {
        guard tail.readableBytes > 0 else { return }
        write(takeTail())
    }

    /// Whether it holds content that is not bytes yet.
    var holdsContent: Bool {
        if case .content? = full.first { true } else { false }
    }

    /// Releases the memory of what has been drained. Call it after the flush, when the socket no longer uses it. What
    /// was appended meanwhile, as happens when the flush makes the channel writable, is kept.
    mutating func reset() {
        guard tail.readableBytes == 0 else { return }
        if tail.capacity > Self.copyLimit * 4 {
            tail = ByteBuffer()
        } else {
            tail.clear()
        }
    }

    /// Drops all output.
    mutating func removeAll() {
        self = OutputBuffer()
    }
}
