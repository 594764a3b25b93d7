#if os(Linux)
    import CEpoll
    import CLibrary
    import NIOCore

    /// The writes that a socket has not accepted yet, in order.
    struct PendingWrites {
        private struct Write {
            var data: IOData
            let promise: EventLoopPromise<Void>?
        }

        enum Result {
            /// The socket has accepted that many bytes.
            case sent(Int)
            case wouldBlock
            case failed(CInt)
        }

        /// How many buffers one system call sends.
        private static let buffersPerCall = 64
        /// How many bytes of a file one system call sends.
        private static let fileBytesPerCall = 1 << 30

        private var writes = CircularBuffer<Write>(initialCapacity: 0)
        /// How many of them have been flushed.
        private var flushed = 0
        /// How many bytes are waiting, flushed or not.
        private(set) var byteCount = 0

        var isEmpty: Bool { writes.isEmpty }

        /// Whether there is something that may be sent.
        var hasFlushed: Bool { flushed > 0 }

        mutating func append(_ data: IOData, _ promise: EventLoopPromise<Void>?) {
            byteCount += data.readableBytes
            writes.append(Write(data: data, promise: promise))
        }

        mutating func flush() {
            flushed = writes.count
        }

        /// Sends as much as the socket accepts of one system call. Call ``takeSent(_:)`` with the number of bytes.
        func send(to descriptor: CInt) -> Result {
            switch writes.first?.data {
            case nil: .sent(0)
            case .byteBuffer(let bytes) where flushed == 1: Self.send(bytes, to: descriptor)
            case .byteBuffer: Self.outcome { sendAll(to: descriptor) }
            case .fileRegion(let region): Self.send(region, to: descriptor)
            }
        }

        /// Sends as much of one buffer as the socket accepts.
        ///
        /// - Parameter precedesMore: Whether more is about to follow in the same segment.
        static func send(_ bytes: ByteBuffer, to descriptor: CInt, precedesMore: Bool = false) -> Result {
            guard bytes.readableBytes > 0 else { return .sent(0) }
            return outcome {
                bytes.withUnsafeReadableBytes {
                    martlet_send(descriptor, $0.baseAddress, $0.count, precedesMore ? 1 : 0)
                }
            }
        }

        /// Sends as much of a part of a file as the socket accepts.
        static func send(_ file: CInt, _ range: Range<Int>, to descriptor: CInt) -> Result {
            guard !range.isEmpty else { return .sent(0) }
            var offset = off_t(range.lowerBound)
            let result = outcome { sendfile(descriptor, file, &offset, min(range.count, fileBytesPerCall)) }
            // The file is shorter than it was.
            if case .sent(0) = result { return .failed(EIO) }
            return result
        }

        private static func outcome(of call: () -> Int) -> Result {
            var count = 0
            repeat { count = call() } while count < 0 && errno == EINTR
            if count >= 0 { return .sent(count) }
            return errno == EAGAIN ? .wouldBlock : .failed(errno)
        }

        private static func send(_ region: FileRegion, to descriptor: CInt) -> Result {
            let result = try? region.fileHandle.withUnsafeFileDescriptor { file in
                send(file, region.readerIndex..<region.endIndex, to: descriptor)
            }
            // Otherwise the file is closed.
            return result ?? .failed(EIO)
        }

        /// Sends the buffers before the first part of a file, which then follows in the same segment.
        private func sendAll(to descriptor: CInt) -> Int {
            withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.buffersPerCall) { vectors in
                var count = 0
                var precedesFile = false
                for write in writes.prefix(min(flushed, vectors.count)) {
                    guard case .byteBuffer(let bytes) = write.data else {
                        precedesFile = true
                        break
                    }
                    guard bytes.readableBytes > 0 else { continue }
                    // The queue keeps the memory of the buffer until the call is over.
                    vectors[count] = bytes.withUnsafeReadableBytes {
                        iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
                    }
                    count += 1
                }
                guard count > 0 else { return 0 }
                return martlet_send_vectors(descriptor, vectors.baseAddress, count, precedesFile ? 1 : 0)
            }
        }

        /// Removes the first write if `count` covers the rest of it, or else shortens it.
        ///
        /// - Parameter count: How many bytes the socket has accepted; reduced by those that are accounted for.
        /// - Returns: Whether a write was removed, and its promise.
        mutating func takeSent(_ count: inout Int) -> (isWhole: Bool, promise: EventLoopPromise<Void>?) {
            guard flushed > 0, let size = writes.first?.data.readableBytes else { return (false, nil) }
            let sent = min(size, count)
            count -= sent
            byteCount -= sent
            guard sent == size else {
                writes[writes.startIndex].data.moveReaderIndex(forwardBy: sent)
                return (false, nil)
            }
            flushed -= 1
            return (true, writes.removeFirst().promise)
        }

        /// Removes the first write, which will never be sent.
        mutating func takeUnsent() -> (isWhole: Bool, promise: EventLoopPromise<Void>?) {
            guard let first = writes.popFirst() else {
                (flushed, byteCount) = (0, 0)
                return (false, nil)
            }
            return (true, first.promise)
        }
    }

    extension IOData {
        fileprivate mutating func moveReaderIndex(forwardBy count: Int) {
            switch self {
            case .byteBuffer(var bytes):
                bytes.moveReaderIndex(forwardBy: count)
                self = .byteBuffer(bytes)
            case .fileRegion(var region):
                region.moveReaderIndex(forwardBy: count)
                self = .fileRegion(region)
            }
        }
    }
#endif
