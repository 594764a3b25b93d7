package import NIOCore

extension ByteBuffer {
    /// Whether keeping these bytes keeps much more memory than they need: more than four times their size.
    ///
    /// - Parameter slack: How many bytes of excess do not matter.
    package func isSparse(beyond slack: Int) -> Bool {
        storageCapacity - slack > readableBytes * 4
    }

    /// A copy of the readable bytes in their own memory.
    ///
    /// - Parameter room: For how many more bytes to leave room.
    package func copied(room: Int = 0) -> ByteBuffer {
        var copy = ByteBufferAllocator().buffer(capacity: readableBytes + room)
        copy.writeImmutableBuffer(self)
        return copy
    }

    /// The readable bytes, copied into their own memory if they would keep much more than they need.
    ///
    /// - Parameter slack: How many bytes of excess do not matter.
    package func compacted(beyond slack: Int) -> ByteBuffer {
        isSparse(beyond: slack) ? copied() : self
    }
}
