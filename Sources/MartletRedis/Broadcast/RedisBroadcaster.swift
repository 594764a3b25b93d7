#if Redis
    import NIOCore

    /// Sends messages to all machines that listen, by a stream of Redis: every reader gets all messages, in one order, and none
    /// is lost when a connection breaks.
    ///
    /// ```swift
    /// let room = try RedisBroadcaster(redis, stream: "room:lobby")
    /// try await room.publish("hello")
    /// for try await event in room.messages() {
    ///     switch event {
    ///     case .message(let message): show(message.content)
    ///     case .gap: reload()
    ///     }
    /// }
    /// ```
    ///
    /// A stream keeps its last messages (``maximumLength``), from which readers go on after a break, and new ones are told what
    /// happened before they came. That is why it is not Redis' publish and subscribe, which keeps nothing. Where a reader needs
    /// messages that are no longer there, because it was away for too long or because Redis was restarted without its data, it
    /// gets a ``RedisMessages/Event/gap(resumesAfter:)``, and then all that follows.
    public struct RedisBroadcaster: Sendable {
        /// About how many messages are kept; a hundred more may be.
        public let maximumLength: Int
        /// How many bytes a message may have. 1 MiB by default.
        public let maximumMessageBytes: Int
        let redis: RedisClient
        let stream: RedisArgument

        /// Creates a broadcaster.
        ///
        /// - Parameters:
        ///   - redis: The client. It can be used for other things too, and is closed by its owner. Readers make connections of
        ///     their own, with the same settings.
        ///   - stream: The key of the stream. All broadcasters of one key are one.
        ///   - maximumLength: About how many messages are kept. 10,000 by default.
        ///   - maximumMessageBytes: How many bytes a message may have. 1 MiB by default; at most half of what a reply may have.
        /// - Throws: ``RedisError`` of kind `configuration` for a number that can't be.
        public init(
            _ redis: RedisClient,
            stream: String,
            maximumLength: Int = 10_000,
            maximumMessageBytes: Int = 1_048_576
        ) throws(RedisError) {
            guard maximumLength > 0 else {
                throw RedisError(.configuration, "A broadcaster must keep at least one message.")
            }
            guard (1...redis.configuration.maximumReplyBytes / 2).contains(maximumMessageBytes) else {
                throw RedisError(.configuration, "A message may have at most half as many bytes as a reply of Redis.")
            }
            self.redis = redis
            self.stream = RedisArgument(stream)
            self.maximumLength = maximumLength
            self.maximumMessageBytes = maximumMessageBytes
        }

        /// Adds a message to the stream.
        ///
        /// - Parameter content: Any bytes.
        /// - Returns: The id of the message.
        /// - Throws: ``RedisError``. It may have been added where ``RedisError/mayHaveBeenCarriedOut`` says so: a message that
        ///   must not come twice needs an id of its own. `CancellationError`, for which the same holds.
        @discardableResult
        public func publish(_ content: ByteBuffer) async throws -> RedisStreamID {
            guard content.readableBytes <= maximumMessageBytes else {
                throw RedisError(
                    .configuration,
                    "A message of \(content.readableBytes) bytes is larger than it may be."
                )
            }
            let reply = try await redis.run(
                Self.script,
                keys: [stream],
                [RedisArgument(maximumLength), RedisArgument(content)]
            )
            guard let id = reply.string.flatMap({ RedisStreamID($0) }) else {
                throw RedisError(.invalidReply, "Redis has added a message under no id.")
            }
            return id
        }

        /// Adds a text to the stream, as UTF-8; the same as ``publish(_:)-(ByteBuffer)``.
        @discardableResult
        public func publish(_ text: String) async throws -> RedisStreamID {
            try await publish(ByteBuffer(string: text))
        }

        /// The id of the last message; zero if there is none.
        ///
        /// State that is loaded after this, and kept up to date by `messages(after:)` from this id on, misses nothing.
        ///
        /// - Throws: ``RedisError``, `CancellationError`.
        public func lastID() async throws -> RedisStreamID {
            try await lastID(by: redis)
        }

        func lastID(by client: RedisClient) async throws -> RedisStreamID {
            try await client.call("XREVRANGE", stream, "+", "-", "COUNT", 1).messages.first?.id ?? .zero
        }

        /// The messages after an id, as long as the task runs. Each iteration has a connection of its own, which is made when
        /// it begins, and made anew when it breaks.
        ///
        /// - Parameter id: The id of the last message that is known. ``RedisStreamID/zero`` for all messages that are kept;
        ///   nil, the default, for those that are published once the iteration has begun.
        public func messages(after id: RedisStreamID? = nil) -> RedisMessages {
            RedisMessages(broadcaster: self, start: id)
        }

        /// The last messages, in order.
        ///
        /// - Parameters:
        ///   - count: How many at most.
        ///   - maximumBytes: How many bytes of contents at most. 16 MiB by default.
        /// - Throws: ``RedisError``, `CancellationError`.
        public func history(_ count: Int, maximumBytes: Int = 16_777_216) async throws -> [RedisMessage] {
            var messages: [RedisMessage] = []
            var bytes = 0
            var end: RedisArgument = "+"
            var batch = 100
            while messages.count < count {
                let size = min(batch, count - messages.count)
                let page: [RedisMessage]
                do {
                    page = try await redis.call("XREVRANGE", stream, end, "-", "COUNT", RedisArgument(size)).messages
                } catch let error as RedisError where error.kind == .invalidReply && batch > 1 {
                    // The messages are large.
                    batch = max(1, batch / 4)
                    continue
                }
                for message in page {
                    bytes += message.content.readableBytes
                    guard bytes <= maximumBytes else { return messages.reversed() }
                    messages.append(message)
                }
                guard page.count == size, let oldest = page.last else { break }
                end = RedisArgument("(\(oldest.id)")
            }
            return messages.reversed()
        }

        /// Adds a message that names the one before it.
        ///
        /// `KEYS`: the stream. `ARGV`: about how many messages are kept, and the content.
        private static let script = RedisScript(
            """
            local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
            local previous = last and last[1] or '0-0'
            return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '\(RedisMessage.Field.previous)', previous, \
            '\(RedisMessage.Field.content)', ARGV[2])
            """
        )
    }
#endif
