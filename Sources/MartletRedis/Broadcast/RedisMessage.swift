#if Redis
    import NIOCore

    /// A message of a ``RedisBroadcaster``.
    public struct RedisMessage: Sendable, Hashable {
        /// The id of the message: its place in the order that all readers see.
        public let id: RedisStreamID
        /// The content, as it was published.
        public let content: ByteBuffer
        /// The id of the message before it; nil if something else than a ``RedisBroadcaster`` has added it.
        let previous: RedisStreamID?

        init(id: RedisStreamID, content: ByteBuffer, previous: RedisStreamID?) {
            self.id = id
            self.content = content
            self.previous = previous
        }

        /// The fields of a message in the stream.
        package enum Field {
            package static let content = "c"
            package static let previous = "p"
        }

        /// An entry of the reply to XREAD or XREVRANGE: its id, and its fields with their values.
        init(entry: RedisValue) throws(RedisError) {
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string.flatMap({ RedisStreamID($0) }),
                let fields = parts[1].pairs
            else { throw RedisError(.invalidReply, "An entry of a stream in Redis has another form.") }
            var content = ByteBuffer()
            var previous: RedisStreamID?
            for (key, value) in fields {
                switch key.string {
                case Field.content: content = value.bytes ?? ByteBuffer()
                case Field.previous: previous = value.string.flatMap { RedisStreamID($0) }
                default: break
                }
            }
            self.init(id: id, content: content, previous: previous)
        }
    }

    extension RedisValue {
        /// The messages of an array of entries.
        package var messages: [RedisMessage] {
            get throws(RedisError) {
                guard let array else {
                    throw RedisError(.invalidReply, "The entries of a stream in Redis have another form.")
                }
                var messages: [RedisMessage] = []
                for entry in array { messages.append(try RedisMessage(entry: entry)) }
                return messages
            }
        }
    }
#endif
