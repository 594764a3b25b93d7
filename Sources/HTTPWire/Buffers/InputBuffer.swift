public import NIOCore

/// The bytes that have arrived on a connection and are to be parsed.
///
///     input.append(received)
///     repeat { parse(&input.bytes) } while input.readMore()
///
/// If a read of the socket begins with a message, its buffer is used as it is. If the last one ended inside a message,
/// only the rest of that is moved, in front of what comes next: consumed bytes are released, however long this goes on
/// and whatever slices of them are held elsewhere. Each byte is moved once, no matter in how small pieces a message
/// arrives, and what arrives before the parser asks for it is not moved.
@usableFromInline
package struct InputBuffer: Sendable {
    /// The bytes that the parser reads. It takes them from the beginning and changes nothing else.
    @usableFromInline package var bytes = ByteBuffer()
    /// The bytes that have arrived after them and were not asked for.
    @usableFromInline var later = PieceQueue()
    /// Whether the memory of ``bytes`` was allocated here, so that only consumed bytes can have slices.
    private var isOwn = false
    /// Whether the parser has seen all of ``bytes`` and needs more.
    private var isAwaited = false
    /// How many bytes were copied in all. Tests compare it with the number that has arrived.
    package private(set) var copiedBytes = 0

    /// An empty buffer.
    package init() {}

    /// How many bytes have arrived and were not consumed.
    @inlinable package var readableBytes: Int { bytes.readableBytes + later.byteCount }

    /// How much memory they hold on to, in bytes.
    package var capacity: Int { bytes.storageCapacity + later.capacity }

    /// Adds bytes that have arrived.
    package mutating func append(_ new: ByteBuffer) {
        if bytes.readableBytes == 0, later.isEmpty {
            take(over: new)
        } else if isAwaited {
            join(new)
        } else {
            later.append(new)
        }
    }

    /// Makes more of what has arrived available in ``bytes``. Call it when the parser needs more.
    ///
    /// - Returns: whether there was more.
    package mutating func readMore() -> Bool {
        guard !later.isEmpty, let next = later.popFirst() else {
            isAwaited = true
            release()
            return false
        }
        join(next)
        return true
    }

    /// Releases the memory once everything in it is consumed, so that the socket can reuse it.
    package mutating func release() {
        // A buffer without capacity has no memory of its own.
        if bytes.readableBytes == 0, bytes.capacity > 0 { bytes = ByteBuffer() }
    }

    /// Takes everything out, as one buffer.
    package mutating func takeAll() -> ByteBuffer {
        while readMore() {}
        defer { self = InputBuffer() }
        return bytes
    }

    private mutating func take(over new: ByteBuffer) {
        bytes = new
        isOwn = false
        isAwaited = false
    }

    private mutating func join(_ new: ByteBuffer) {
        let rest = bytes.readableBytes
        guard rest > 0 else { return take(over: new) }
        if !isOwn || bytes.readerIndex > 0 {
            var fresh = ByteBufferAllocator().buffer(capacity: rest + new.readableBytes)
            fresh.writeImmutableBuffer(bytes)
            copiedBytes += rest
            bytes = fresh
            isOwn = true
        }
        let capacity = bytes.storageCapacity
        bytes.writeImmutableBuffer(new)
        copiedBytes += new.readableBytes + (bytes.storageCapacity == capacity ? 0 : rest)
        isAwaited = false
    }
}
