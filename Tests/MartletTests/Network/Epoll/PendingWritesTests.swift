#if os(Linux)
    import CLibrary
    import NIOCore
    import NIOPosix
    import Testing

    @testable import Martlet

    /// What a socket has not accepted yet, over a pair of sockets.
    @Suite struct PendingWritesTests {
        private let loop = EventLoops.group.next()

        private func append(_ text: String, to writes: inout PendingWrites) {
            writes.append(.byteBuffer(ByteBuffer(string: text)), nil)
        }

        /// Sends until everything that was flushed is sent. Returns the sizes of the system calls.
        private func sendAll(_ writes: inout PendingWrites, to descriptor: CInt) -> [Int] {
            var sizes: [Int] = []
            while writes.hasFlushed, case .sent(var count) = writes.send(to: descriptor) {
                sizes.append(count)
                repeat {} while writes.takeSent(&count).isWhole && count > 0
            }
            return sizes
        }

        @Test("sends what was flushed, and nothing else")
        func flushing() throws {
            let pair = try SocketPair()
            var writes = PendingWrites()
            append("one", to: &writes)
            #expect(!writes.hasFlushed)
            writes.flush()
            append("two", to: &writes)
            #expect(writes.byteCount == 6)
            #expect(sendAll(&writes, to: pair.near) == [3])
            #expect(pair.received() == "one")
            #expect(writes.byteCount == 3 && !writes.isEmpty)
            writes.flush()
            #expect(sendAll(&writes, to: pair.near) == [3])
            #expect(writes.isEmpty && writes.byteCount == 0)
        }

        @Test("sends many buffers in one call, and passes over empty ones")
        func gathering() throws {
            let pair = try SocketPair()
            var writes = PendingWrites()
            for text in ["", "a", "", "bc", "def", ""] { append(text, to: &writes) }
            writes.flush()
            #expect(sendAll(&writes, to: pair.near) == [6, 0])
            #expect(pair.received() == "abcdef")
            for _ in 0..<100 { append("x", to: &writes) }
            writes.flush()
            #expect(sendAll(&writes, to: pair.near) == [64, 36])
        }

        @Test("sends parts of files between buffers")
        func files() throws {
            let pair = try SocketPair()
            var path = Array("/tmp/martlet-XXXXXX".utf8CString)
            let file = mkstemp(&path)
            unlink(path)
            try #require(file >= 0 && write(file, "0123456789", 10) == 10)
            let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file)
            defer { try? handle.close() }
            var writes = PendingWrites()
            append("head:", to: &writes)
            writes.append(.fileRegion(FileRegion(fileHandle: handle, readerIndex: 2, endIndex: 5)), nil)
            append(":tail", to: &writes)
            writes.flush()
            #expect(sendAll(&writes, to: pair.near) == [5, 3, 5])
            #expect(pair.received() == "head:234:tail")
            // A file that is shorter than it was can't be sent.
            writes.append(.fileRegion(FileRegion(fileHandle: handle, readerIndex: 8, endIndex: 20)), nil)
            writes.flush()
            #expect(sendAll(&writes, to: pair.near) == [2])
            guard case .failed(EIO) = writes.send(to: pair.near) else {
                Issue.record("the end of the file was not noticed")
                return
            }
        }

        @Test("goes on where the socket stopped accepting")
        func partialWrites() throws {
            let pair = try SocketPair()
            var writes = PendingWrites()
            let content = String(repeating: "0123456789", count: 100_000)
            append(content, to: &writes)
            writes.flush()
            var received = ""
            while writes.hasFlushed {
                switch writes.send(to: pair.near) {
                case .sent(var count): _ = writes.takeSent(&count)
                case .wouldBlock: received += pair.received()
                case .failed(let code): Issue.record("failed with \(code)")
                }
            }
            for _ in 0..<100 where received.utf8.count < content.utf8.count { received += pair.received() }
            #expect(received == content)
        }

        @Test("fails where the peer is gone, without a signal")
        func brokenPipe() throws {
            var writes = PendingWrites()
            append("a", to: &writes)
            append("b", to: &writes)
            writes.flush()
            let pair = try SocketPair()
            shutdown(pair.near, CInt(SHUT_WR))
            guard case .failed(EPIPE) = writes.send(to: pair.near) else {
                Issue.record("the write was accepted")
                return
            }
        }

        @Test("gives back the promises of what is sent and of what never will be")
        func promises() async throws {
            let pair = try SocketPair()
            var writes = PendingWrites()
            let sent = loop.makePromise(of: Void.self)
            let unsent = loop.makePromise(of: Void.self)
            writes.append(.byteBuffer(ByteBuffer(string: "abc")), sent)
            writes.append(.byteBuffer(ByteBuffer(string: "def")), unsent)
            writes.flush()
            guard case .sent(6) = writes.send(to: pair.near) else {
                Issue.record("not everything was sent at once")
                return
            }
            var count = 4
            let first = writes.takeSent(&count)
            #expect(first.isWhole && count == 1)
            first.promise?.succeed()
            #expect(!writes.takeSent(&count).isWhole)
            #expect(writes.byteCount == 2)
            let second = writes.takeUnsent()
            #expect(second.isWhole)
            second.promise?.fail(ChannelError.eof)
            #expect(!writes.takeUnsent().isWhole)
            #expect(writes.isEmpty && !writes.hasFlushed && writes.byteCount == 0)
            try await sent.futureResult.get()
            await #expect(throws: ChannelError.eof) { try await unsent.futureResult.get() }
        }
    }
#endif
