import NIOCore

/// What a connection is about to write: one growing buffer for heads and small contents, and larger contents as they
/// are, so that nothing large is copied.
struct OutputBuffer {
    /// Contents of at least this many bytes are not copied.
    static let copyLimit = 16_384

    /// The buffer to append to.
    var tail = ByteBuffer()
    private var full: [ByteBuffer] = []
    private var fullBytes = 0

    /// How many bytes wait to be written.
    var byteCount: Int { fullBytes + tail.readableBytes }

    var isEmpty: Bool { byteCount == 0 }

    /// Appends `bytes`, by reference if they are many.
    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes >= Self.copyLimit else {
            tail.writeImmutableBuffer(bytes)
            return
        }
        if tail.readableBytes > 0 {
            full.append(tail)
            fullBytes += tail.readableBytes
            tail = ByteBuffer()
        }
        full.append(bytes)
        fullBytes += bytes.readableBytes
    }

    /// Hands each buffer to `write` and starts anew, with the memory of the last one if that is free again by then.
    mutating func drain(_ write: (ByteBuffer) -> Void) {
        for buffer in full {
            write(buffer)
        }
        full.removeAll(keepingCapacity: true)
        fullBytes = 0
        if tail.readableBytes > 0 {
            write(tail)
        }
    }

    /// Forgets what has been drained. Call it after the flush, when the socket holds the memory no longer.
    mutating func reset() {
        if tail.capacity > Self.copyLimit * 4 {
            tail = ByteBuffer()
        } else {
            tail.clear()
        }
    }
}
