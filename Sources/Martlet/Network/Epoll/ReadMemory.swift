#if os(Linux)
    import CLibrary
    import NIOCore

    /// The memory that the sockets of a loop read into. A small read leaves it to the next one, as soon as nothing refers
    /// to the bytes any more, so that an idle connection has none.
    struct ReadMemory {
        /// Enough for the head of a request; what a slow client's partial head occupies.
        static let smallSize = 2048
        /// For content, once a small read was not enough.
        static let largeSize = 65_536

        enum Result {
            case bytes(ByteBuffer)
            /// The peer has finished sending.
            case end
            case wouldBlock
            case failed(CInt)
        }

        private var small = ByteBuffer()

        /// Reads once from `descriptor`.
        mutating func read(from descriptor: CInt, isLarge: Bool) -> Result {
            isLarge ? Self.readLarge(from: descriptor) : readSmall(from: descriptor)
        }

        private mutating func readSmall(from descriptor: CInt) -> Result {
            small.clear(minimumCapacity: Self.smallSize)
            let count = Self.fill(&small, Self.smallSize, from: descriptor)
            return count > 0 ? .bytes(small) : Self.outcome(count)
        }

        private static func readLarge(from descriptor: CInt) -> Result {
            var large = ByteBufferAllocator().buffer(capacity: largeSize)
            let count = fill(&large, largeSize, from: descriptor)
            guard count > 0 else { return outcome(count) }
            // A reader that keeps a few bytes does not keep all of the memory.
            guard count <= smallSize else { return .bytes(large) }
            return .bytes(ByteBuffer(bytes: large.readableBytesView))
        }

        private static func fill(_ buffer: inout ByteBuffer, _ size: Int, from descriptor: CInt) -> Int {
            var count = 0
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
                repeat {
                    count = recv(descriptor, space.baseAddress, size, 0)
                } while count < 0 && errno == EINTR
                if count < 0 { count = -Int(errno) }
                return max(count, 0)
            }
            return count
        }

        private static func outcome(_ count: Int) -> Result {
            switch -count {
            case 0: .end
            case Int(EAGAIN): .wouldBlock
            default: .failed(CInt(-count))
            }
        }
    }
#endif
