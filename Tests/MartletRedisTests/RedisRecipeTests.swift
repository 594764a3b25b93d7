#if Redis
    import HTTPTypes
    import HTTPWire
    import Martlet
    import MartletRedis
    import MartletTesting
    import MartletWeb
    import NIOCore
    import Testing

    struct NewNote: Codable, Sendable {
        var title: String
    }

    // The code of docs/redis.md.

    func noteRoutes(_ redis: RedisClient) async throws -> Router {
        let feed = try await RedisEventFeed.start(RedisBroadcaster(redis, stream: "notes"))
        var router = Router()
        router.use(try RateLimit(600, per: .seconds(60), burst: 100, store: RedisRateLimitStore(redis)))
        router.get("/events", feed)
        router.post("/notes", json: NewNote.self) { request, note in
            let session = try await request.session
            try await feed.publish(try ServerSentEvent(json: note, name: "note"))
            try await request.response.end("Thank you, \(session["user"] ?? "stranger").")
        }
        return router
    }

    func settings(_ redis: RedisClient) -> HTTPServer.Configuration {
        var configuration = HTTPServer.Configuration()
        configuration.sessions.store = RedisSessionStore(redis)
        return configuration
    }

    @Suite("The recipe for several machines", .timeLimit(.minutes(5)))
    struct RedisRecipeTests {
        @Test("works", arguments: [TestServer.Carrier.http1, .http2])
        func recipe(carrier: TestServer.Carrier) async throws {
            try await RedisServer.with { server in
                let redis = try await RedisClient.connect(server.url)
                let app = TestServer(try await noteRoutes(redis), over: carrier, configuration: settings(redis))
                let answer = try await app.client().post("/notes", json: NewNote(title: "a"))
                #expect(answer.text == "Thank you, stranger.")
                #expect(answer.headers[.rateLimit] == "\"default\";r=99;t=1")
                #expect(answer.cookies.count == 1)
                try await redis.call("SET", "greeting", "hello", "EX", 60)
                #expect(try await redis.call("GET", "greeting").string == "hello")
                let script = RedisScript("return redis.call('INCR', KEYS[1])")
                #expect(try await redis.run(script, keys: ["count"]).integer == 1)
                #expect(try await RedisBroadcaster(redis, stream: "notes").history(10).count == 1)
                await app.close()
                await redis.close()
            }
        }
    }
#endif
