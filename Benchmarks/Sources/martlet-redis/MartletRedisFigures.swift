import Martlet
import MartletRedis
import NIOCore

/// What sessions and broadcasts cost over Redis, beside the memory of one process and beside PUBLISH:
/// `martlet-redis redis://127.0.0.1/`.
@main
enum MartletRedisFigures {
    private static let tasks = 64
    private static let count = tasks * 1_600

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("Usage: martlet-redis redis://127.0.0.1/")
            return
        }
        let redis = try await RedisClient.connect(CommandLine.arguments[1])
        try await sessions("memory", MemorySessionStore())
        try await sessions("Redis", RedisSessionStore(redis, prefix: "figures:"))
        try await broadcasts(redis)
        await redis.close()
    }

    /// What a request with a session asks of its store: its values, and a change.
    private static func sessions(_ name: String, _ store: some SessionStore) async throws {
        for number in 0..<tasks { try await store.create("s\(number)", values: ["n": "0"], timeToLive: .seconds(60)) }
        @Sendable func use(_ session: String) async throws {
            _ = try await store.load(session, timeToLive: .seconds(60))
            try await store.update(session, changes: ["n": "1"], timeToLive: .seconds(60))
        }
        let one = try await rate(tasks: 1, of: count / 10) { _ in try await use("s0") }
        let many = try await rate(tasks: tasks, of: count) { try await use("s\($0)") }
        for number in 0..<tasks { try await store.remove("s\(number)") }
        print("sessions in \(name): \(one) requests/s one after the other, \(many)/s by \(tasks) at a time")
    }

    private static func broadcasts(_ redis: RedisClient) async throws {
        let content = ByteBuffer(repeating: 0x61, count: 200)
        let broadcaster = try RedisBroadcaster(redis, stream: "figures", maximumLength: 2 * count)
        let begin = try await broadcaster.lastID()
        let clock = ContinuousClock()
        let start = clock.now
        let reading = Task {
            var missing = count
            for try await event in broadcaster.messages(after: begin) {
                if case .message = event { missing -= 1 }
                if missing == 0 { break }
            }
            return clock.now
        }
        let added = try await rate(tasks: tasks, of: count) { _ in try await broadcaster.publish(content) }
        let read = Int(Double(count) / ((try await reading.value - start) / .seconds(1)))
        let channel = RedisArgument("figures")
        let published = try await rate(tasks: tasks, of: count) { _ in
            _ = try await redis.call("PUBLISH", channel, RedisArgument(content))
        }
        _ = try await redis.call("DEL", "figures")
        print("messages of 200 bytes: \(added)/s added, \(read)/s read by another connection; PUBLISH \(published)/s")
    }

    /// How often a second `tasks` tasks do something, `count` times in all.
    private static func rate(
        tasks: Int,
        of count: Int,
        _ work: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Int {
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask { for _ in 0..<count / tasks { try await work(task) } }
                }
                try await group.waitForAll()
            }
        }
        return Int(Double(count) / (time / .seconds(1)))
    }
}
