#if Redis
    import Foundation
    import HTTPTypes
    import Martlet
    import MartletRedis
    import NIOCore
    import TestProcesses
    import Testing

    @Suite("The store of sessions in Redis", .timeLimit(.minutes(5)))
    struct RedisSessionStoreTests {
        private static let long = Duration.seconds(600)

        @Test(
            "does the same as the one in memory, over two machines, in random schedules",
            arguments: 0..<8 as Range<UInt64>
        )
        func model(_ seed: UInt64) async throws {
            try await RedisServer.with { server in
                try await server.withClient { one in
                    try await server.withClient { other in
                        var random = SeededGenerator(seed: seed)
                        let model = MemorySessionStore()
                        let stores = [RedisSessionStore(one), RedisSessionStore(other)]
                        let keys = ["", "v", "s", "user", "cart\r\n", "ä"]
                        let ids = (0..<6).map { "id\($0)" }
                        for step in 0..<400 {
                            let store = stores.randomElement(using: &random) ?? stores[0]
                            let id = ids.randomElement(using: &random) ?? ""
                            let key = keys.randomElement(using: &random) ?? ""
                            let removed = keys.randomElement(using: &random) ?? ""
                            let value = "\(step)"
                            switch Int.random(in: 0..<6, using: &random) {
                            case 0:
                                // An id is never used again by a server, but for attempts to do it twice.
                                try await model.create(id, values: [key: value], timeToLive: Self.long)
                                try await store.create(id, values: [key: value], timeToLive: Self.long)
                            case 1, 2:
                                let changes: [String: String?] =
                                    key == removed ? [key: nil] : [key: value, removed: nil]
                                let expected = try await model.update(id, changes: changes, timeToLive: Self.long)
                                let found = try await store.update(id, changes: changes, timeToLive: Self.long)
                                #expect(found == expected)
                            case 3:
                                let new = "id\(step + 100)"
                                let expected = try await model.rename(
                                    id,
                                    to: new,
                                    changes: [key: value],
                                    timeToLive: Self.long
                                )
                                let found = try await store.rename(
                                    id,
                                    to: new,
                                    changes: [key: value],
                                    timeToLive: Self.long
                                )
                                #expect(found == expected)
                                for id in [new, id] {
                                    let there = try await store.load(id, timeToLive: Self.long)
                                    #expect(there == (try await model.load(id, timeToLive: Self.long)))
                                }
                            case 4 where step.isMultiple(of: 3):
                                try await model.remove(id)
                                try await store.remove(id)
                            default:
                                break
                            }
                            let expected = try await model.load(id, timeToLive: Self.long)
                            let found = try await (stores.randomElement(using: &random) ?? store).load(
                                id,
                                timeToLive: Self.long
                            )
                            #expect(found == expected)
                        }
                    }
                }
            }
        }

        @Test("counts the time from the last use, and sessions without values exist")
        func expiry() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let store = RedisSessionStore(redis)
                    try await store.create("a", values: [:], timeToLive: .milliseconds(200))
                    try await store.create("b", values: [:], timeToLive: .milliseconds(1))
                    try await store.create("c", values: [:], timeToLive: .zero)
                    #expect(try await store.load("a", timeToLive: Self.long) == [:])
                    try await Task.sleep(for: .milliseconds(250))
                    for id in ["b", "c"] { #expect(try await store.load(id, timeToLive: Self.long) == nil) }
                    #expect(try await store.load("a", timeToLive: .seconds(1_000_000_000_000)) == [:])
                    let ttl = try #require(await redis.call("KEYS", "*").array?.first?.string)
                    #expect(try await redis.call("PTTL", RedisArgument(ttl)).integer ?? 0 > 3_100_000_000_000)
                    #expect(try await store.update("a", changes: [:], timeToLive: .milliseconds(1)))
                    try await eventually { try await redis.call("DBSIZE").integer == 0 }
                    #expect(try await !store.update("a", changes: ["k": "v"], timeToLive: Self.long))
                    #expect(try await !store.rename("a", to: "z", changes: ["k": "v"], timeToLive: Self.long))
                    #expect(try await redis.call("DBSIZE").integer == 0)
                }
            }
        }

        @Test("shows no id in the database, and takes thousands of values")
        func contents() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let store = RedisSessionStore(redis, prefix: "site:")
                    let values = Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("k\($0)", "v\($0)") })
                    try await store.create("0123456789abcdef0123456789abcdef", values: values, timeToLive: Self.long)
                    #expect(try await store.load("0123456789abcdef0123456789abcdef", timeToLive: Self.long) == values)
                    let names = try await redis.call("KEYS", "*").array?.compactMap(\.string)
                    #expect(names?.count == 1)
                    #expect(names?.first?.hasPrefix("site:") == true)
                    #expect(names?.first?.utf8.count == 5 + 64)
                    #expect(names?.first?.contains("0123456789abcdef0123456789abcdef") == false)
                }
            }
        }

        @Test("never brings a session back that is renamed, destroyed and changed at the same time")
        func races() async throws {
            try await RedisServer.with { server in
                try await server.withClient { one in
                    try await server.withClient { other in
                        let stores = [RedisSessionStore(one), RedisSessionStore(other)]
                        for round in 0..<200 {
                            let (id, new, newer) = ("old\(round)", "new\(round)", "newer\(round)")
                            try await stores[0].create(id, values: ["k": "0"], timeToLive: Self.long)
                            async let renamed = stores[0].rename(
                                id,
                                to: new,
                                changes: ["a": "1"],
                                timeToLive: Self.long
                            )
                            async let renamedToo = stores[1].rename(
                                id,
                                to: newer,
                                changes: ["b": "1"],
                                timeToLive: Self.long
                            )
                            async let changed = stores[1].update(id, changes: ["c": "1"], timeToLive: Self.long)
                            if round.isMultiple(of: 2) { try await stores[1].remove(id) }
                            let results = try await (renamed, renamedToo, changed)
                            #expect(!(results.0 && results.1))
                            #expect(try await stores[0].load(id, timeToLive: Self.long) == nil)
                            #expect(try await (stores[1].load(new, timeToLive: Self.long) != nil) == results.0)
                            #expect(try await (stores[0].load(newer, timeToLive: Self.long) != nil) == results.1)
                        }
                    }
                }
            }
        }

        @Test("tells of a key of another kind, and not its name")
        func wrongType() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let store = RedisSessionStore(redis)
                    try await store.create("a", values: [:], timeToLive: Self.long)
                    let name = try #require(try await redis.call("KEYS", "*").array?.first?.string)
                    try await redis.call("SET", RedisArgument(name), "x")
                    let error = try await redisError { _ = try await store.load("a", timeToLive: Self.long) }
                    #expect(error.kind == .server)
                    #expect(!error.description.contains(name))
                }
            }
        }
    }
#endif
