#if Redis
    import Logging
    import MartletRedis
    import NIOCore
    import Testing

    /// The error that `body` throws, which must be one of Redis.
    func redisError(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws -> RedisError {
        do {
            try await body()
        } catch let error as RedisError {
            return error
        }
        Issue.record("no error was thrown", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// Waits for what is told by no event.
    func eventually(
        _ comment: Comment? = nil,
        within limit: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record(comment ?? "it has not come true", sourceLocation: sourceLocation)
    }

    extension Logger {
        /// Says nothing.
        static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
    }

    extension RedisValue {
        static func text(_ text: String) -> RedisValue { .bulk(ByteBuffer(string: text)) }
    }
#endif
