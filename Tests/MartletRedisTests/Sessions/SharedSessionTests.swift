#if Redis
    import Foundation
    import HTTPTypes
    import Logging
    import Martlet
    import MartletRedis
    import MartletTesting
    import NIOCore
    import Testing

    @Suite("Sessions of two servers in one Redis", .timeLimit(.minutes(5)))
    struct SharedSessionTests {
        /// Counts by the key that the path names; logs in and out.
        private static let handler: HTTPServer.Handler = { request in
            switch request.url.path {
            case "/login":
                let session = try await request.session
                session.renewID()
                session["user"] = "Ada"
            case "/logout":
                try await request.existingSession?.destroy()
            case "/none":
                break
            default:
                let session = try await request.session
                let key = String(request.url.path.dropFirst())
                session[key] = String((session[key].flatMap { Int($0) } ?? 0) + 1)
            }
            let session = try await request.existingSession
            let values = session?.keys.sorted().map { "\($0)=\(session?[$0] ?? "")" } ?? ["none"]
            try await request.response.end(values.joined(separator: " "))
        }

        private static func server(
            _ redis: RedisClient,
            over carrier: TestServer.Carrier,
            whileAway: RedisSessionStore.WhileAway = .refuse
        ) -> TestServer {
            var configuration = HTTPServer.Configuration()
            configuration.logger = .silent
            configuration.sessions.store = RedisSessionStore(redis, whileAway: whileAway)
            return TestServer(over: carrier, configuration: configuration, handler)
        }

        private static func cookie(_ response: TestResponse) -> HTTPFields {
            response.cookies.first.map { [.cookie: "\($0.name)=\($0.value)"] } ?? [:]
        }

        @Test(
            "survive a login and a hundred increments of two keys at the same time",
            arguments: [TestServer.Carrier.http1, .http2]
        )
        func increments(carrier: TestServer.Carrier) async throws {
            try await RedisServer.with { redis in
                try await redis.withClient { one in
                    try await redis.withClient { other in
                        let servers = [Self.server(one, over: carrier), Self.server(other, over: carrier)]
                        let first = try await servers[0].client { $0.cookieJar = nil }.get("/a")
                        let login = try await servers[1].client { $0.cookieJar = nil }
                            .get("/login", headers: Self.cookie(first))
                        #expect(login.text == "a=1 user=Ada")
                        let cookie = Self.cookie(login)
                        #expect(cookie != Self.cookie(first))
                        let old = try await servers[0].client { $0.cookieJar = nil }
                            .get("/none", headers: Self.cookie(first))
                        #expect(old.text == "none")
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for key in ["left", "right"] {
                                group.addTask {
                                    let clients = servers.map { $0.client { $0.cookieJar = nil } }
                                    for number in 0..<50 {
                                        let answer = try await clients[number % 2].get("/\(key)", headers: cookie)
                                        #expect(answer.status == .ok)
                                        #expect(answer.cookies.isEmpty)
                                    }
                                }
                            }
                            try await group.waitForAll()
                        }
                        let end = try await servers[0].client { $0.cookieJar = nil }.get("/none", headers: cookie)
                        #expect(end.text == "a=1 left=50 right=50 user=Ada")
                        for server in servers { await server.close() }
                    }
                }
            }
        }

        @Test(
            "are gone when Redis has lost them, and nobody gets another's",
            arguments: [TestServer.Carrier.http1, .http2]
        )
        func restart(carrier: TestServer.Carrier) async throws {
            try await RedisServer.with { redis in
                try await redis.withClient({ $0.patience = .milliseconds(50) }) { client in
                    let server = Self.server(client, over: carrier)
                    let http = server.client { $0.cookieJar = nil }
                    let before = Self.cookie(try await http.get("/login"))
                    await redis.kill()
                    let away = try await http.get("/none", headers: before)
                    #expect(away.status == .serviceUnavailable)
                    #expect(away.headers[.retryAfter] == "2")
                    #expect(away.cookies.isEmpty)
                    #expect(!away.text.contains("redis"))
                    try await redis.start()
                    try await eventually { (try? await client.check()) != nil }
                    #expect(try await http.get("/none", headers: before).text == "none")
                    let after = try await http.get("/count", headers: before)
                    #expect(after.text == "count=1")
                    #expect(Self.cookie(after) != before)
                    // The errors that are logged name no session.
                    for error in server.errors { #expect(!"\(error)".contains(before[.cookie] ?? "?")) }
                    await server.close()
                }
            }
        }

        @Test(
            "can be done without while Redis is away, but for logging out",
            arguments: [TestServer.Carrier.http1, .http2]
        )
        func without(carrier: TestServer.Carrier) async throws {
            try await RedisServer.with { redis in
                try await redis.withClient({ $0.patience = .milliseconds(50) }) { client in
                    let server = Self.server(client, over: carrier, whileAway: .goOnWithoutSession)
                    let http = server.client { $0.cookieJar = nil }
                    let cookie = Self.cookie(try await http.get("/login"))
                    await redis.kill()
                    let away = try await http.get("/count", headers: cookie)
                    #expect(away.status == .ok)
                    // The client keeps the cookie that it has.
                    #expect(away.cookies.isEmpty)
                    let fresh = try await http.get("/count")
                    #expect(fresh.status == .ok)
                    #expect(fresh.cookies.isEmpty)
                    await server.close()
                }
                try await redis.start()
                try await redis.withClient { client in
                    let store = RedisSessionStore(client, whileAway: .goOnWithoutSession)
                    await redis.kill()
                    let error = try await redisError { try await store.remove("a") }
                    #expect(error.isPassing)
                    #expect(try await store.load("a", timeToLive: .seconds(1)) == nil)
                    #expect(try await !store.update("a", changes: [:], timeToLive: .seconds(1)))
                    await #expect(throws: SessionNotStored.self) {
                        try await store.create("a", values: [:], timeToLive: .seconds(1))
                    }
                }
            }
        }
    }
#endif
