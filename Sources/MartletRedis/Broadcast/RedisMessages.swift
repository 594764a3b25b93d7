#if Redis
    import NIOCore

    /// The messages of a ``RedisBroadcaster``, as they are published. They never end by themselves.
    ///
    /// Messages are read as they are taken, so that a slow reader needs no memory. When the connection breaks or Redis is away,
    /// the iteration waits and goes on where it was.
    public struct RedisMessages: AsyncSequence, Sendable {
        /// The things that can happen.
        public enum Event: Sendable, Hashable {
            /// A message.
            case message(RedisMessage)
            /// Messages are missing: the stream was cut off before they could be read, or Redis has lost them. State
            /// that is made of messages is to be loaded anew; it goes on with the message after this id.
            case gap(resumesAfter: RedisStreamID)
        }

        let broadcaster: RedisBroadcaster
        let start: RedisStreamID?

        /// Begins to read.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: RedisStreamReader(broadcaster, after: start))
        }

        /// One iteration, with a connection of its own.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let reader: RedisStreamReader

            /// The next event. Waits for as long as there is none.
            ///
            /// - Throws: ``RedisError`` for a refused password, and where the key is not that of a stream;
            ///   `CancellationError`.
            public mutating func next() async throws -> Event? {
                try await reader.next()
            }
        }
    }

    /// Reads a stream with a connection of its own, since it waits for messages there.
    final class RedisStreamReader {
        /// How long Redis lets a reader wait at most.
        private static let blockingTime = Duration.seconds(5)
        private static let largestBatch = 256

        private let broadcaster: RedisBroadcaster
        private var cursor: RedisStreamCursor
        private var client: RedisClient?
        private var backOff = RedisBackOff()
        /// How many messages are asked for at a time; fewer after a reply that was too large.
        private var batch = largestBatch
        /// Whether the stream may end before the position.
        private var mustCompare = true

        init(_ broadcaster: RedisBroadcaster, after start: RedisStreamID?) {
            self.broadcaster = broadcaster
            cursor = RedisStreamCursor(after: start)
        }

        func next() async throws -> RedisMessages.Event? {
            while true {
                try Task.checkCancellation()
                if let event = cursor.next() { return event }
                do {
                    try await read()
                    backOff.reset()
                } catch let error as RedisError
                    where error.kind != .closed && (error.isPassing || error.kind == .invalidReply)
                {
                    mustCompare = true
                    if error.kind == .invalidReply { batch = max(1, batch / 4) }
                    try await Task.sleep(for: backOff.pause())
                }
            }
        }

        private func read() async throws {
            let client = try connection()
            guard let position = cursor.position else {
                cursor.begin(after: try await broadcaster.lastID(by: client))
                mustCompare = false
                return
            }
            if mustCompare {
                cursor.compare(withLast: try await broadcaster.lastID(by: client))
                mustCompare = false
                // The position may be another one now.
                return
            }
            let reply = try await client.call(
                [
                    "XREAD", "COUNT", RedisArgument(batch), "BLOCK",
                    RedisArgument(Int(Self.blockingTime / .milliseconds(1))),
                    "STREAMS", broadcaster.stream, RedisArgument(position.description),
                ],
                deadline: Self.blockingTime + client.configuration.deadline
            )
            guard reply != .null else {
                mustCompare = true
                return
            }
            guard let streams = reply.array, let entries = streams.first?.array, entries.count == 2 else {
                throw RedisError(.invalidReply, "The reply to XREAD has another form.")
            }
            cursor.receive(try entries[1].messages)
            batch = min(batch * 2, Self.largestBatch)
        }

        private func connection() throws(RedisError) -> RedisClient {
            if let client { return client }
            var configuration = broadcaster.redis.configuration
            configuration.connectionCount = 1
            let client = try RedisClient(configuration: configuration)
            self.client = client
            return client
        }
    }
#endif
