#if Redis
    import Foundation
    import HTTPTypes
    import Martlet
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("A client of Redis", .timeLimit(.minutes(5)))
    struct RedisClientTests {
        @Test("calls commands, and gets replies of each type")
        func replies() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    #expect(try await redis.call("SET", "k", "v") == .simpleString("OK"))
                    #expect(try await redis.call("GET", "k").string == "v")
                    #expect(try await redis.call("GET", "none") == .null)
                    #expect(try await redis.call("INCRBY", "n", 41).integer == 41)
                    #expect(try await redis.call("RPUSH", "l", "a", "b") == .integer(2))
                    #expect(try await redis.call("LRANGE", "l", 0, -1) == .array([.text("a"), .text("b")]))
                    let all = ByteBuffer(bytes: Array(0...255 as ClosedRange<UInt8>))
                    try await redis.call("SET", "bytes", RedisArgument(all))
                    #expect(try await redis.call("GET", "bytes").bytes == all)
                    // What looks like another command is only bytes.
                    let hostile = "x\r\n*1\r\n$8\r\nFLUSHALL\r\n"
                    try await redis.call("SET", RedisArgument(hostile), RedisArgument(hostile))
                    #expect(try await redis.call("GET", RedisArgument(hostile)).string == hostile)
                    #expect(try await redis.call("DBSIZE").integer == 5)
                    let error = try await redisError { try await redis.call("INCR", "k") }
                    #expect(error.kind == .server)
                    #expect(error.description == "ERR value is not an integer or out of range")
                    #expect(error.answer.status == .internalServerError)
                    let unknown = try await redisError { try await redis.call("NOSUCH", "geheim") }
                    #expect(unknown.description == "ERR unknown command 'NOSUCH'")
                }
            }
        }

        @Test("runs scripts, which Redis may have forgotten")
        func scripts() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
                    for round in 1...3 {
                        let reply = try await redis.run(script, keys: ["n"], ["a"])
                        #expect(reply == .array([.text("n"), .text("a"), .integer(round)]))
                        try await redis.call("SCRIPT", "FLUSH")
                    }
                    let broken = try await redisError {
                        try await redis.run(RedisScript("return redis.call('NOTHING')"))
                    }
                    #expect(broken.kind == .server)
                }
            }
        }

        @Test("logs in with a password, as a user, to a database, and over a socket")
        func places() async throws {
            try await RedisServer.with(
                "--requirepass",
                "s/e@c?r",
                "--user",
                "ada",
                "on",
                ">p:q",
                "~*",
                "+@all",
                hasPort: true
            ) {
                server in
                let port = server.port
                for url in [
                    "redis://:s%2Fe%40c%3Fr@127.0.0.1:\(port)/3", "redis://ada:p%3Aq@localhost:\(port)",
                    "unix://:s%2Fe%40c%3Fr@\(server.socket)?db=3",
                ] {
                    let redis = try await RedisClient.connect(url)
                    try await redis.call("INCR", "count")
                    await redis.close()
                }
                let redis = try await RedisClient.connect("unix://:s%2Fe%40c%3Fr@\(server.socket)?db=3")
                #expect(try await redis.call("GET", "count").integer == 2)
                await redis.close()

                for (url, advice) in [
                    ("redis://127.0.0.1:\(port)", "asks for a password"),
                    ("redis://:wrong@127.0.0.1:\(port)", "refuses the password"),
                    ("redis://nobody:wrong@127.0.0.1:\(port)", "refuses the password"),
                    ("redis://:s%2Fe%40c%3Fr@127.0.0.1:\(port)/16", "no database 16"),
                ] {
                    let error = try await redisError { _ = try await RedisClient.connect(url) }
                    #expect(error.kind == .refused)
                    #expect(error.description.contains(advice))
                    #expect(error.answer.status == .serviceUnavailable)
                }
            }
        }

        @Test("tells at once that nothing listens, and who could")
        func nothing() async throws {
            var configuration = RedisClient.Configuration(.unix(path: "/nonexistent/redis.sock"))
            configuration.patience = .zero
            let error = try await redisError { _ = try await RedisClient.connect(configuration) }
            #expect(error.kind == .unavailable)
            #expect(error.description.contains("/nonexistent/redis.sock"))
            #expect(!error.mayHaveBeenCarriedOut)
            #expect(error.answer.headers[.retryAfter] == "2")
        }

        @Test("carries thousands of calls at once, and their replies come to the right ones")
        func concurrent() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for number in 0..<5_000 {
                            group.addTask { try await redis.call("ECHO", RedisArgument(number)).integer == number }
                        }
                        for try await isRight in group { #expect(isRight) }
                    }
                }
            }
        }

        @Test("ends a call at its deadline, and says that it may have been carried out")
        func deadline() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    await server.pause()
                    let error = try await redisError {
                        try await redis.call(["SET", "k", "v"], deadline: .milliseconds(50))
                    }
                    await server.goOn()
                    #expect(error.kind == .timedOut)
                    #expect(error.mayHaveBeenCarriedOut)
                    #expect(error.isPassing)
                    // The connection stays, and the late reply is passed over.
                    #expect(try await redis.call("ECHO", "x").string == "x")
                }
            }
        }

        @Test("ends a call at once when its task is cancelled")
        func cancellation() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.deadline = .seconds(60) }) { redis in
                    await server.pause()
                    let task = Task { try await redis.call("PING") }
                    try await Task.sleep(for: .milliseconds(20))
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                    let early = Task {
                        withUnsafeCurrentTask { $0?.cancel() }
                        return try await redis.call("PING")
                    }
                    await #expect(throws: CancellationError.self) { try await early.value }
                    await server.goOn()
                    #expect(try await redis.call("ECHO", "x").string == "x")
                }
            }
        }

        @Test("connects again when Redis was gone, and fails at once while it is away for long")
        func restart() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.patience = .milliseconds(100) }) { redis in
                    try await redis.call("SET", "k", "v")
                    await server.kill()
                    let error = try await redisError { try await redis.call("PING") }
                    #expect(error.kind == .unavailable || error.kind == .connectionLost)
                    try await eventually {
                        let away = try await redisError { try await redis.call("PING") }
                        return away.kind == .unavailable && !away.mayHaveBeenCarriedOut
                    }
                    try await server.start()
                    try await eventually { (try? await redis.call("PING")) != nil }
                    #expect(try await redis.call("GET", "k") == .null)
                }
            }
        }

        @Test("lets calls wait for a Redis that is only restarted")
        func patience() async throws {
            try await RedisServer.with { server in
                try await server.withClient({ ($0.patience, $0.deadline) = (.seconds(20), .seconds(20)) }) { redis in
                    await server.kill()
                    // It may still be seen as connected.
                    for _ in 0..<4 { _ = try? await redis.call(["PING"], deadline: .milliseconds(50)) }
                    let waiting = Task { try await redis.call("ECHO", "x").string }
                    try await Task.sleep(for: .milliseconds(50))
                    try await server.start()
                    #expect(try await waiting.value == "x")
                }
            }
        }

        @Test("waits for calls when it is closed, or fails them, and fails later ones")
        func close() async throws {
            try await RedisServer.with { server in
                for force in [false, true] {
                    let redis = try await RedisClient.connect(server.configuration)
                    await server.pause()
                    let call = Task { try await redis.call("ECHO", "x").string }
                    try await Task.sleep(for: .milliseconds(50))
                    let closing = Task { await redis.close(force: force) }
                    if force {
                        let error = try await redisError { _ = try await call.value }
                        #expect(error.kind == .closed)
                        #expect(error.mayHaveBeenCarriedOut)
                        await server.goOn()
                    } else {
                        try await Task.sleep(for: .milliseconds(50))
                        await server.goOn()
                        #expect(try await call.value == "x")
                    }
                    await closing.value
                    let late = try await redisError { try await redis.call("PING") }
                    #expect(late.kind == .closed)
                    await redis.close()
                }
            }
        }

        @Test("leaves no threads, descriptors and connections behind")
        func leaks() async throws {
            try await RedisServer.with { server in
                try await server.withClient { observer in
                    for round in 0..<10 {
                        let redis = try await RedisClient.connect(server.configuration)
                        try await redis.call("PING")
                        // Without close, the end of the client is enough.
                        if round.isMultiple(of: 2) { await redis.close() }
                    }
                    try await eventually("the connections end") {
                        let clients = try await observer.call("CLIENT", "LIST").string ?? ""
                        return clients.split(separator: "\n").count == observer.configuration.connectionCount
                    }
                }
            }
        }

        @Test("refuses a command without a name")
        func empty() async throws {
            let redis = try RedisClient(configuration: .init(.unix(path: "/nonexistent")))
            #expect(try await redisError { try await redis.call([]) }.kind == .configuration)
            await redis.close(force: true)
        }
    }
#endif
