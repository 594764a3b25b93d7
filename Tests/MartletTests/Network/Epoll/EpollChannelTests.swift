#if os(Linux)
    import CLibrary
    import NIOCore
    import Testing

    @testable import Martlet

    /// A channel and its only handler, which exchange bytes past the pipeline.
    @Suite(.timeLimit(.minutes(5))) struct EpollChannelTests {
        private let loop: EpollEventLoop
        private let pair: SocketPair

        init() throws {
            let group = try #require(EpollEventLoopGroup.singleton)
            loop = try #require(group.next() as? EpollEventLoop)
            pair = try SocketPair()
        }

        /// Notes what reaches it, and which way.
        private final class Recorder: ChannelDuplexHandler, DirectChannelHandler, @unchecked Sendable {
            // Sendable because its variables are touched only on the loop of the channel.
            typealias InboundIn = ByteBuffer
            typealias OutboundIn = ByteBuffer

            let events = Events<String>()
            var asksToRead = true

            func channelRead(_ bytes: ByteBuffer) { events.add("bytes \(String(buffer: bytes))") }
            func channelReadComplete() { events.add("complete") }
            func channelAsksToRead() -> Bool { asksToRead }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                events.add("pipeline \(String(buffer: unwrapInboundIn(data)))")
            }

            func channelInactive(context: ChannelHandlerContext) { events.add("inactive") }
        }

        /// Runs `body` on the loop with a channel that owns a copy of the near socket.
        private func withChannel<Value: Sendable>(
            _ recorder: Recorder,
            _ body: @escaping @Sendable (EpollChannel) throws -> Value
        ) async throws -> Value {
            let socket = dup(pair.near)
            return try await loop.submit { [loop] in
                let channel = try EpollChannel.adopt(socket, on: loop) { channel in
                    try channel.pipeline.syncOperations.addHandler(recorder)
                    channel.directHandler = recorder
                }
                return try body(channel)
            }.get()
        }

        private func send(_ text: String) {
            #expect(write(pair.far, text, text.utf8.count) == text.utf8.count)
        }

        /// Fills the socket. Returns how many bytes it has taken.
        private func fill() -> Int {
            let zeros = [UInt8](repeating: 0x30, count: 4096)
            var total = 0
            while case let count = write(pair.near, zeros, zeros.count), count > 0 { total += count }
            return total
        }

        /// What arrives at the far end until it ends with `end`.
        private func received(through end: String) async throws -> String {
            var text = ""
            while !text.hasSuffix(end) {
                text += pair.received()
                // Lets the loop notice that there is room.
                try await loop.submit {}.get()
            }
            return text
        }

        @Test("bytes reach the handler directly, and the pipeline where it has none")
        func reading() async throws {
            let recorder = Recorder()
            let channel = try await withChannel(recorder) { $0 }
            send("one")
            #expect(try await recorder.events.next() == "bytes one")
            #expect(try await recorder.events.next() == "complete")
            try await loop.submit { channel.directHandler = nil }.get()
            send("two")
            #expect(try await recorder.events.next() == "pipeline two")
            try await channel.close().get()
            #expect(try await recorder.events.next() == "inactive")
        }

        @Test("a handler that does not want to read gets no more until it asks")
        func holdingBack() async throws {
            let recorder = Recorder()
            let channel = try await withChannel(recorder) { channel in
                recorder.asksToRead = false
                return channel
            }
            send("one")
            #expect(try await recorder.events.next() == "bytes one")
            #expect(try await recorder.events.next() == "complete")
            send("two")
            // Several rounds of the loop, none of which reads.
            for _ in 0..<10 { try await loop.submit {}.get() }
            try await loop.submit { channel.read() }.get()
            #expect(try await recorder.events.next() == "bytes two")
            try await channel.close().get()
        }

        @Test("bytes are sent at once, and what the socket does not take follows in order")
        func sending() async throws {
            let channel = try await withChannel(Recorder()) { channel in
                channel.send(ByteBuffer(string: "one"))
                return channel
            }
            #expect(pair.received() == "one")
            let count = fill()
            try await loop.submit {
                channel.send(ByteBuffer(string: "two"))
                channel.send(ByteBuffer(string: "three"))
                channel.writeAndFlush(ByteBuffer(string: "end"), promise: nil)
            }.get()
            #expect(try await received(through: "end") == String(repeating: "0", count: count) + "twothreeend")
            try await channel.close().get()
        }

        @Test("a file follows its head, as far as the socket takes it")
        func file() async throws {
            try await withFile(Array("0123456789".utf8)) { file in
                let channel = try await withChannel(Recorder()) { channel in
                    let rest = channel.send(ByteBuffer(string: "head "), file: file.descriptor, 2..<9)
                    #expect(rest.isEmpty)
                    return channel
                }
                #expect(pair.received() == "head 2345678")
                let count = fill()
                try await loop.submit {
                    let rest = channel.send(ByteBuffer(string: "late "), file: file.descriptor, 2..<9)
                    #expect(rest == 2..<9)
                    channel.send(ByteBuffer(string: "end"))
                }.get()
                #expect(try await received(through: "end") == String(repeating: "0", count: count) + "late end")
                try await channel.close().get()
            }
        }

        @Test("the rest of a large file is left to be sent later")
        func largeFile() async throws {
            let content = [UInt8](repeating: 0x31, count: 4 << 20)
            try await withFile(content) { file in
                let channel = try await withChannel(Recorder()) { channel in
                    let rest = channel.send(ByteBuffer(string: "h"), file: file.descriptor, 0..<content.count)
                    #expect(rest.lowerBound > 0 && !rest.isEmpty && rest.upperBound == content.count)
                    return channel
                }
                try await channel.close().get()
            }
        }

        @Test("a file that has become shorter ends the connection")
        func truncatedFile() async throws {
            let recorder = Recorder()
            try await withFile(Array("0123".utf8)) { file in
                let channel = try await withChannel(recorder) { channel in
                    let rest = channel.send(ByteBuffer(string: "head "), file: file.descriptor, 4..<9)
                    #expect(rest.isEmpty)
                    return channel
                }
                #expect(try await recorder.events.next() == "inactive")
                #expect(!channel.isActive)
            }
        }
    }
#endif
