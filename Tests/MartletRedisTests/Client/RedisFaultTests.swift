#if Redis
    import Foundation
    import NIOCore
    import Synchronization
    import Testing

    @testable import MartletRedis

    @Suite("A Redis that does not reply as it should", .timeLimit(.minutes(5)))
    struct RedisFaultTests {
        private static let reply = "*3\r\n$5\r\nhello\r\n:12\r\n+OK\r\n"
        private static let value = RedisValue.array([.text("hello"), .integer(12), .simpleString("OK")])

        /// Calls a command on a first connection, which does as `fault` says, and another one, which has to go well on the
        /// second connection.
        private func check(
            _ kinds: Set<RedisError.Kind>,
            change: (inout RedisClient.Configuration) -> Void = { _ in },
            sourceLocation: SourceLocation = #_sourceLocation,
            fault: @escaping @Sendable (ScriptedRedisConnection) throws -> Void
        ) async throws {
            try await ScriptedRedis.run { connection, number in
                try connection.shakeHands()
                _ = try connection.readCommand()
                guard number == 0 else {
                    try connection.write(Self.reply)
                    return connection.waitForEnd()
                }
                try fault(connection)
            } while: { server in
                var configuration = server.configuration
                change(&configuration)
                let redis = try RedisClient(configuration: configuration)
                let started = ContinuousClock.now
                let error = try await redisError(sourceLocation: sourceLocation) { try await redis.call("FIRST") }
                #expect(kinds.contains(error.kind), "\(error)", sourceLocation: sourceLocation)
                #expect(error.mayHaveBeenCarriedOut, sourceLocation: sourceLocation)
                #expect(ContinuousClock.now - started < .seconds(15), sourceLocation: sourceLocation)
                let second = try await redis.call(["SECOND"], deadline: .seconds(20))
                #expect(second == Self.value, sourceLocation: sourceLocation)
                #expect(server.connectionCount == 2, sourceLocation: sourceLocation)
                await redis.close(force: true)
            }
        }

        @Test("and closes in the middle of a reply, at every byte", arguments: 0..<RedisFaultTests.reply.utf8.count)
        func cut(_ count: Int) async throws {
            try await check([.connectionLost]) { try $0.write(Array(Self.reply.utf8.prefix(count))) }
        }

        @Test("and stalls in the middle of a reply", arguments: [0, 1, 9, 22])
        func stalled(_ count: Int) async throws {
            try await check([.timedOut]) { connection in
                try connection.write(Array(Self.reply.utf8.prefix(count)))
                connection.waitForEnd()
            }
        }

        @Test("and sends a reply byte by byte, slower than the deadline")
        func slow() async throws {
            try await check([.timedOut]) { connection in
                for byte in Self.reply.utf8 {
                    try connection.write([byte])
                    Thread.sleep(forTimeInterval: 0.1)
                }
            }
        }

        @Test(
            "and sends garbage",
            arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "$x\r\n", "*1\r\n#t\r\n"]
        )
        func garbage(_ text: String) async throws {
            try await check([.invalidReply]) { connection in
                try connection.write(text)
                connection.waitForEnd()
            }
        }

        @Test("and announces 512 MiB, which it sends or does not send", arguments: [false, true])
        func large(_ sends: Bool) async throws {
            try await check(
                sends ? [.invalidReply] : [.timedOut],
                change: { configuration in
                    configuration.maximumReplyBytes = 1_048_576
                    if sends { configuration.deadline = .seconds(10) }
                }
            ) { connection in
                try connection.write("$536870912\r\n")
                let piece = [UInt8](repeating: 0x78, count: 65_536)
                while sends { try connection.write(piece) }
                connection.waitForEnd()
            }
        }

        @Test("and announces an array of 2³¹ - 1 elements")
        func elements() async throws {
            try await check([.invalidReply]) { connection in
                try connection.write("*2147483647\r\n")
                connection.waitForEnd()
            }
        }

        @Test("and sends a reply to no command")
        func unasked() async throws {
            try await ScriptedRedis.run { connection, number in
                try connection.shakeHands()
                if number == 0 {
                    try connection.write("+OK\r\n+OK\r\n")
                    return connection.waitForEnd()
                }
                _ = try connection.readCommand()
                try connection.write(Self.reply)
                connection.waitForEnd()
            } while: { server in
                let redis = try RedisClient(configuration: server.configuration)
                try await eventually { server.connectionCount == 2 }
                #expect(try await redis.call(["SECOND"], deadline: .seconds(20)) == Self.value)
                await redis.close(force: true)
            }
        }

        @Test("and fails in the handshake, at every byte of it and in other ways")
        func handshake() async throws {
            let hello = ScriptedRedisConnection.hello
            let faults: [String] =
                (0..<hello.utf8.count).map { String(decoding: Array(hello.utf8.prefix($0)), as: UTF8.self) } + [
                    "HTTP/1.1 400\r\n", "+OK\r\n", "$536870912\r\n",
                ]
            for fault in faults {
                try await ScriptedRedis.run { connection, number in
                    guard number > 0 else {
                        _ = try connection.readCommand()
                        return try connection.write(fault)
                    }
                    try connection.shakeHands()
                    _ = try connection.readCommand()
                    try connection.write(Self.reply)
                    connection.waitForEnd()
                } while: { server in
                    let redis = try RedisClient(configuration: server.configuration)
                    #expect(try await redis.call(["SECOND"], deadline: .seconds(20)) == Self.value)
                    await redis.close(force: true)
                }
            }
        }

        @Test("and takes connections without a word")
        func silent() async throws {
            try await ScriptedRedis.run { connection, _ in
                connection.waitForEnd()
            } while: { server in
                var configuration = server.configuration
                configuration.connectionTimeout = .milliseconds(50)
                configuration.patience = .milliseconds(10)
                let redis = try RedisClient(configuration: configuration)
                try await eventually {
                    let error = try await redisError { try await redis.call("PING") }
                    return error.kind == .unavailable && error.description.contains("does not reply")
                }
                await redis.close(force: true)
            }
        }

        @Test("loses only what was sent: calls behind it go on, each once")
        func pipelined() async throws {
            let received = Mutex<[String]>([])
            try await ScriptedRedis.run { connection, number in
                try connection.shakeHands()
                while let name = try connection.readCommand().first {
                    received.withLock { $0.append(name) }
                    // The first connection ends at the third command.
                    if number == 0, received.withLock({ $0.count }) == 3 { return }
                    try connection.write("+\(name)\r\n")
                }
            } while: { server in
                var configuration = server.configuration
                configuration.deadline = .seconds(20)
                let redis = try RedisClient(configuration: configuration)
                let results = try await withThrowingTaskGroup(of: (String, Bool).self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            let name = "C\(number)"
                            do {
                                let reply = try await redis.call([RedisArgument(name)])
                                return (name, reply == .simpleString(name))
                            } catch let error as RedisError {
                                #expect(error.mayHaveBeenCarriedOut)
                                return (name, false)
                            }
                        }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                let names = received.withLock { $0 }
                // None was sent twice; all that was not answered is known to be lost.
                #expect(Set(names).count == names.count)
                for (name, isAnswered) in results where isAnswered { #expect(names.contains(name)) }
                #expect(try await redis.call(["LAST"]) == .simpleString("LAST"))
                await redis.close(force: true)
            }
        }

        @Test("and does not take what is sent: the bytes that wait are bounded")
        func backPressure() async throws {
            try await ScriptedRedis.run { connection, _ in
                try connection.shakeHands()
                Thread.sleep(forTimeInterval: 2)
            } while: { server in
                var configuration = server.configuration
                configuration.maximumWaitingBytes = 8_388_608
                let redis = try RedisClient(configuration: configuration)
                let value = RedisArgument(ByteBuffer(repeating: 0x78, count: 1_048_576))
                let kinds = await withTaskGroup(of: RedisError.Kind?.self) { group in
                    for _ in 0..<64 {
                        group.addTask {
                            do {
                                _ = try await redis.call(["SET", "k", value])
                                return nil
                            } catch {
                                return (error as? RedisError)?.kind
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(kinds.count(where: { $0 == .tooManyWaiting }) >= 64 - 24)
                #expect(kinds.allSatisfy { [.tooManyWaiting, .timedOut, .connectionLost, .unavailable].contains($0) })
                await redis.close(force: true)
            }
        }
    }
#endif
