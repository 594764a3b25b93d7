// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

#if Passwords
import MartletPasswords

@Suite("The samples of passwords", .timeLimit(.minutes(5)))
struct PasswordSamples {
    func check(_ user: User?, password: String) async throws {
        guard try await Password.verify(password, hash: user?.hash) else {  // takes as long where there is no user
            throw HTTPError(.unauthorized)
        }
    }

    @Test func hashes() async throws {
        let password = "correct horse"
        let hash = try await Password.hash(password)                        // "$scrypt$ln=15,r=8,p=3$…"
        #expect(hash.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
        try await check(User(name: "Ada", hash: hash), password: password)
        await #expect(throws: HTTPError.self) { try await check(User(name: "Ada", hash: hash), password: "wrong") }
    }
}
#endif

#if Configuration
import Configuration
import MartletConfiguration

@Suite("The samples of settings")
struct SettingSamples {
    @Test func reads() throws {
        let settings = ConfigReader(provider: EnvironmentVariablesProvider())     // HTTP_IDLE_TIMEOUT=30
        let configuration = try HTTPServer.Configuration(settings.scoped(to: "http"))
        #expect(configuration.idleTimeout == HTTPServer.Configuration().idleTimeout)
    }
}
#endif

#if Redis
import MartletRedis

// Machines that are not there. MartletRedisTests runs the recipe.
struct RedisSamples {
    func machines(_ configuration: inout HTTPServer.Configuration, _ router: inout Router) async throws {
        let redis = try await RedisClient.connect("redis://:password@10.0.0.5")
        configuration.sessions.store = RedisSessionStore(redis)
        router.use(try RateLimit(600, per: .seconds(60), store: RedisRateLimitStore(redis)))
        router.get("/events", try await RedisEventFeed.start(RedisBroadcaster(redis, stream: "events")))
    }

    func calls() async throws {
        let redis = try await RedisClient.connect("redis://user:password@10.0.0.5:6379/0")   // or unix:///run/redis.sock?db=0
        try await redis.call("SET", "greeting", "hello", "EX", 60)
        let greeting = try await redis.call("GET", "greeting").string
        let count = try await redis.run(RedisScript("return redis.call('INCR', KEYS[1])"), keys: ["count"]).integer
        await redis.close()
        _ = (greeting, count)
    }

    func room(_ redis: RedisClient) async throws {
        func loadRoom() async throws -> [String] { [] }
        func show(_ id: RedisStreamID, _ content: ByteBuffer) {}
        func reload() {}
        let room = try RedisBroadcaster(redis, stream: "room:lobby")
        let start = try await room.lastID()
        let people = try await loadRoom()                       // nothing between the two is lost
        for try await event in room.messages(after: start) {
            switch event {
            case .message(let message): show(message.id, message.content)
            case .gap: reload()                                 // the stream was cut off, or Redis has lost its end
            }
        }
        _ = people
    }
}
#endif

#if Telemetry
import Logging
import MartletTelemetry

struct TelemetrySamples {
    // Once in a process.
    func bootstrap() {
        LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .traceContext)
    }

    @Test func delays() {
        var configuration = HTTPServer.Configuration()
        configuration.shutdownDelay = .seconds(10)
        #expect(configuration.shutdownDelay == .seconds(10) && HTTPServer.Configuration().shutdownDelay == .zero)
    }
}
#endif
