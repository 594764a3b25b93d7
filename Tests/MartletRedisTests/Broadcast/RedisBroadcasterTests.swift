#if Redis
    import Foundation
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("A broadcaster", .timeLimit(.minutes(5)))
    struct RedisBroadcasterTests {
        /// The texts of the next messages; a gap is `-`.
        private func texts(_ iterator: inout RedisMessages.AsyncIterator, _ count: Int) async throws -> [String] {
            var texts: [String] = []
            while texts.count < count, let event = try await iterator.next() {
                switch event {
                case .message(let message): texts.append(String(buffer: message.content))
                case .gap: texts.append("-")
                }
            }
            return texts
        }

        @Test("gives every reader all messages in one order, those from before too")
        func order() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let room = try RedisBroadcaster(redis, stream: "room")
                    #expect(try await room.lastID() == .zero)
                    let first = try await room.publish("1")
                    var early = room.messages(after: .zero).makeAsyncIterator()
                    #expect(try await texts(&early, 1) == ["1"])
                    let writers = (0..<4).map { writer in
                        Task { for number in 0..<50 { try await room.publish("\(writer)-\(number)") } }
                    }
                    for writer in writers { try await writer.value }
                    let all = try await texts(&early, 200)
                    #expect(Set(all).count == 200)
                    var late = room.messages(after: first).makeAsyncIterator()
                    #expect(try await texts(&late, 200) == all)
                    #expect(try await room.history(3).map { String(buffer: $0.content) } == all.suffix(3))
                    #expect(try await room.history(1_000).count == 201)
                    #expect(try await room.history(1_000, maximumBytes: 0).isEmpty)
                    let last = try await room.lastID()
                    #expect(try await room.history(1).first?.id == last)
                }
            }
        }

        @Test("gives a reader without an id what is published from then on")
        func new() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let room = try RedisBroadcaster(redis, stream: "room")
                    try await room.publish("old")
                    let reading = Task {
                        var iterator = room.messages().makeAsyncIterator()
                        return try await self.texts(&iterator, 1)
                    }
                    try await eventually {
                        (try await redis.call("CLIENT", "LIST").string ?? "").contains("cmd=xread")
                    }
                    try await room.publish("new")
                    #expect(try await reading.value == ["new"])
                }
            }
        }

        @Test("loses nothing when connections are cut")
        func cut() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.deadline = .seconds(20) }) { redis in
                    let room = try RedisBroadcaster(redis, stream: "room")
                    var iterator = room.messages(after: .zero).makeAsyncIterator()
                    for round in 0..<5 {
                        for number in 0..<20 { try await room.publish("\(round)-\(number)") }
                        #expect(try await texts(&iterator, 20) == (0..<20).map { "\(round)-\($0)" })
                        try await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                        try await eventually { (try? await redis.check()) != nil }
                        for number in 0..<20 {
                            // The second connection may be seen as lost only now.
                            try await eventually { (try? await room.publish("x\(number)")) != nil }
                        }
                        #expect(try await texts(&iterator, 20) == (0..<20).map { "x\($0)" })
                    }
                }
            }
        }

        @Test("tells of a gap when Redis is restarted without its data, and goes on")
        func restart() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let room = try RedisBroadcaster(redis, stream: "room")
                    var iterator = room.messages(after: .zero).makeAsyncIterator()
                    try await room.publish("1")
                    #expect(try await texts(&iterator, 1) == ["1"])
                    for round in 0..<2 {
                        await server.kill()
                        try await server.start()
                        try await eventually { (try? await redis.check()) != nil }
                        if round == 0 {
                            // Nobody has published yet.
                            #expect(try await texts(&iterator, 1) == ["-"])
                            try await eventually { (try? await room.publish("2")) != nil }
                            #expect(try await texts(&iterator, 1) == ["2"])
                        } else {
                            try await eventually { (try? await room.publish("3")) != nil }
                            #expect(try await texts(&iterator, 2) == ["-", "3"])
                        }
                    }
                }
            }
        }

        @Test("is bounded, and tells a reader that was away for too long of a gap")
        func trimmed() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let room = try RedisBroadcaster(redis, stream: "room", maximumLength: 100)
                    let first = try await room.publish("first")
                    for number in 0..<1_000 { try await room.publish("\(number)") }
                    let length = try await redis.call("XLEN", "room").integer ?? 0
                    #expect((100...250).contains(length))
                    for start in [RedisStreamID.zero, first] {
                        var iterator = room.messages(after: start).makeAsyncIterator()
                        let all = try await texts(&iterator, length + 1)
                        #expect(all == ["-"] + (1_000 - length..<1_000).map(String.init))
                    }
                }
            }
        }

        @Test("reads messages that are large together in smaller batches")
        func large() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.maximumReplyBytes = 300_000 }) { redis in
                    let room = try RedisBroadcaster(redis, stream: "room", maximumMessageBytes: 100_000)
                    for _ in 0..<10 { try await room.publish(ByteBuffer(repeating: 0x78, count: 100_000)) }
                    var iterator = room.messages(after: .zero).makeAsyncIterator()
                    #expect(try await texts(&iterator, 10).allSatisfy { $0.utf8.count == 100_000 })
                    #expect(try await room.history(10).count == 10)
                    let error = try await redisError {
                        try await room.publish(ByteBuffer(repeating: 0, count: 100_001))
                    }
                    #expect(error.kind == .configuration)
                }
            }
        }

        @Test("ends a reader that is cancelled at once, and its connection with it")
        func cancel() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.connectionCount = 1 }) { redis in
                    let room = try RedisBroadcaster(redis, stream: "room")
                    let reading = Task { for try await _ in room.messages(after: .zero) {} }
                    try await eventually {
                        (try await redis.call("CLIENT", "LIST").string ?? "").contains("cmd=xread")
                    }
                    reading.cancel()
                    await #expect(throws: CancellationError.self) { try await reading.value }
                    try await eventually {
                        (try await redis.call("CLIENT", "LIST").string ?? "").split(separator: "\n").count == 1
                    }
                }
            }
        }

        @Test("throws for a key of another kind, and settings that can't be")
        func mistakes() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    try await redis.call("SET", "text", "x")
                    let room = try RedisBroadcaster(redis, stream: "text")
                    #expect(try await redisError { try await room.publish("x") }.kind == .server)
                    let error = try await redisError { for try await _ in room.messages(after: .zero) {} }
                    #expect(error.kind == .server)
                    #expect(throws: RedisError.self) { try RedisBroadcaster(redis, stream: "x", maximumLength: 0) }
                    #expect(throws: RedisError.self) {
                        try RedisBroadcaster(redis, stream: "x", maximumMessageBytes: 0)
                    }
                    #expect(throws: RedisError.self) {
                        try RedisBroadcaster(redis, stream: "x", maximumMessageBytes: 16_777_216)
                    }
                }
            }
        }
    }
#endif
