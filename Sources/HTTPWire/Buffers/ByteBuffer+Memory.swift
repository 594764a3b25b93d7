package import NIOCore

extension ByteBuffer {
    /// Whether to keep these bytes is to keep much more memory than they need: more than four times their size.
    ///
    /// - Parameter slack: How many bytes more do not matter.
    package func isSparse(beyond slack: Int) -> Bool {
        storageCapacity - slack > readableBytes * 4
    }

    /// The readable bytes in memory of their own.
    ///
    /// - Parameter room: How many more there is to be room for.
    package func copied(room: Int = 0) -> ByteBuffer {
        var copy = ByteBufferAllocator().buffer(capacity: readableBytes + room)
        copy.writeImmutableBuffer(self)
        return copy
    }

    /// The readable bytes, in memory of their own if they would keep much more than they need.
    ///
    /// - Parameter slack: How many bytes more do not matter.
    package func compacted(beyond slack: Int) -> ByteBuffer {
        isSparse(beyond: slack) ? copied() : self
    }
}
