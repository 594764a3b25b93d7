#if Redis
    import Foundation
    import HTTPTypes
    import Logging
    import Martlet
    import MartletTesting
    import NIOCore
    import TestProcesses
    import Testing

    @testable import MartletRedis
    @testable import MartletWeb

    @Suite("Rate limits in Redis", .timeLimit(.minutes(5)))
    struct RedisRateLimitStoreTests {
        @Test("decide as those in memory do, at Redis' time", arguments: 0..<4 as Range<UInt64>)
        func differential(_ seed: UInt64) async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    var random = SeededGenerator(seed: seed)
                    let store = RedisRateLimitStore(redis, deadline: .seconds(10))
                    let memory = MemoryRateLimitStore()
                    let policies = try [
                        RateLimitPolicy(name: "fast", requests: 2_000, per: .seconds(1), burst: 3),
                        RateLimitPolicy(name: "burst", requests: 100, per: .seconds(1), burst: 20),
                        RateLimitPolicy(name: "slow", requests: 1, per: .seconds(3_600)),
                        // The same buckets, which have become smaller.
                        RateLimitPolicy(name: "burst", requests: 100, per: .seconds(1), burst: 5),
                    ]
                    var refusals = 0
                    for _ in 0..<1_000 {
                        let policy = policies.randomElement(using: &random) ?? policies[0]
                        let key = "client \(Int.random(in: 0..<3, using: &random))"
                        let (decision, time) = try await store.takeShared(from: key, policy)
                        let expected = memory.take(from: key, policy, at: .uptimeNanoseconds(UInt64(time) * 1_000))
                        #expect(decision == expected)
                        if !decision.isAllowed { refusals += 1 }
                    }
                    #expect(refusals > 10)
                    #expect(refusals < 990)
                }
            }
        }

        @Test("keep the buckets of clients and limits apart, whatever their names")
        func names() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let store = RedisRateLimitStore(redis)
                    let long = String(repeating: "x", count: 300)
                    for (name, key) in [
                        ("a", "b"), ("a:1:b", ""), ("a", "1:b"), ("a:1", "b"), ("a", ":b"), ("a", "b\r\n"),
                        ("a", long + "1"),
                        ("a", long + "2"), ("a", ""),
                    ] {
                        let policy = try RateLimitPolicy(name: name, requests: 1, per: .seconds(3_600))
                        #expect(await store.take(from: key, policy).isAllowed, "\(name) \(key)")
                        #expect(await !store.take(from: key, policy).isAllowed, "\(name) \(key)")
                    }
                    let keys = try await redis.call("KEYS", "*").array?.compactMap { $0.string?.utf8.count } ?? []
                    #expect(keys.count == 9)
                    #expect(keys.allSatisfy { $0 < 100 })
                }
            }
        }

        @Test("leave nothing in Redis once a bucket is full")
        func expiry() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let store = RedisRateLimitStore(redis)
                    let policy = try RateLimitPolicy(requests: 100, per: .seconds(1), burst: 5)
                    _ = await store.take(from: "a", policy)
                    try await eventually { try await redis.call("DBSIZE").integer == 0 }
                    let century = try RateLimitPolicy(name: "long", requests: 1, per: .seconds(100 * 365 * 86_400))
                    #expect(await store.take(from: "a", century).isAllowed)
                    #expect(await !store.take(from: "a", century).isAllowed)
                }
            }
        }

        @Test(
            "hold for two machines together, and for each alone while Redis is away",
            arguments: [TestServer.Carrier.http1, .http2]
        )
        func machines(carrier: TestServer.Carrier) async throws {
            try await RedisServer.with { server in
                try await server.withClient({ $0.patience = .milliseconds(20) }) { one in
                    try await server.withClient({ $0.patience = .milliseconds(20) }) { other in
                        var configuration = HTTPServer.Configuration()
                        configuration.logger = .silent
                        let apps = try [one, other].map { redis in
                            let limit = try RateLimit(4, per: .seconds(3_600), store: RedisRateLimitStore(redis))
                            return TestServer(over: carrier, around: [limit], configuration: configuration) { request in
                                try await request.response.end("fine")
                            }
                        }
                        var codes: [Int] = []
                        for number in 0..<6 { codes.append(try await apps[number % 2].client().get("/").status.code) }
                        #expect(codes == [200, 200, 200, 200, 429, 429])
                        await server.kill()
                        for app in apps {
                            var codes: [Int] = []
                            for _ in 0..<6 { codes.append(try await app.client().get("/").status.code) }
                            #expect(codes == [200, 200, 200, 200, 429, 429])
                        }
                        for app in apps { await app.close() }
                    }
                }
            }
        }
    }
#endif
