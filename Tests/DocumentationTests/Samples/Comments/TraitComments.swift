// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore

#if Passwords
import MartletPasswords

func hash(_ password: String) async throws -> String {
    let hash = try await Password.hash(password)  // when the user registers
    return hash
}
#endif

#if Configuration
import Configuration
import MartletConfiguration

func settings() async throws -> HTTPServer.Configuration {
    let settings = ConfigReader(providers: [
        EnvironmentVariablesProvider(),                                     // HTTP_IDLE_TIMEOUT=30
        try await FileProvider<JSONSnapshot>(filePath: "settings.json"),    // {"http": {"idleTimeout": 30}}
    ])
    let configuration = try HTTPServer.Configuration(settings.scoped(to: "http"))
    return configuration
}
#endif

#if Redis
import MartletRedis

struct RedisComments {
    func room(_ redis: RedisClient, _ show: (ByteBuffer) -> Void, _ reload: () -> Void) async throws {
        let room = try RedisBroadcaster(redis, stream: "room:lobby")
        try await room.publish("hello")
        for try await event in room.messages() {
            switch event {
            case .message(let message): show(message.content)
            case .gap: reload()
            }
        }
    }

    func feed(_ redis: RedisClient, _ router: inout Router) async throws {
        let feed = try await RedisEventFeed.start(RedisBroadcaster(redis, stream: "notes"))
        router.get("/events", feed)
        try await feed.publish(try ServerSentEvent("{\"id\": 7}", name: "note"))
    }

    func calls() async throws {
        let redis = try await RedisClient.connect("redis://:secret@10.0.0.5:6379/0")
        try await redis.call("SET", "greeting", "hello", "EX", 60)
        let greeting = try await redis.call("GET", "greeting").string
        await redis.close()
        print(greeting ?? "")
    }

    func rates(_ redis: RedisClient, _ router: inout Router) throws {
        let buckets = RedisRateLimitStore(redis)
        router.use(try RateLimit(600, per: .seconds(60), burst: 100, store: buckets))
    }

    func sessions(_ configuration: inout HTTPServer.Configuration) async throws {
        let redis = try await RedisClient.connect("redis://10.0.0.5")
        configuration.sessions.store = RedisSessionStore(redis)
    }
}
#endif

#if Telemetry
import Instrumentation
import Logging
import MartletTelemetry
import Metrics
import Tracing

struct TelemetryComments {
    func client(_ configuration: inout HTTPClient.Configuration) {
        configuration.middleware = [ClientTelemetry(), RequestRetries()]
    }

    // Once in a process.

    func context() {
        InstrumentationSystem.bootstrap(W3CTraceContext())
        LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .traceContext)
    }

    func server(_ server: HTTPServer, _ router: Router, _ prometheus: any MetricsFactory, _ tracer: any Tracer) async throws {
        MetricsSystem.bootstrap(prometheus)      // any backend of swift-metrics
        InstrumentationSystem.bootstrap(tracer)  // any backend of swift-distributed-tracing
        try await server.serve(around: [RequestLog(.json), RequestID(), ServerTelemetry()], router)
    }
}
#endif
