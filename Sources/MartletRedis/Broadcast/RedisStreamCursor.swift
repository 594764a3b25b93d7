#if Redis
    import NIOCore

    /// How far a reader of a stream has come, and what it has read and not passed on. A plain value.
    ///
    /// Every message names the one before it. Where that is not the last one that was read, messages are missing: the stream
    /// was cut off at its beginning meanwhile, or Redis has lost its end.
    struct RedisStreamCursor {
        /// The id of the last message that was read; nil until the reader has asked where the stream ends.
        private(set) var position: RedisStreamID?
        private var pending = CircularBuffer<RedisMessages.Event>()

        init(after position: RedisStreamID?) {
            self.position = position
        }

        /// Begins after the last message that there is.
        mutating func begin(after last: RedisStreamID) {
            position = last
        }

        /// Takes the next event; nil if more has to be read.
        mutating func next() -> RedisMessages.Event? {
            pending.popFirst()
        }

        /// Messages have been read after the position.
        mutating func receive(_ messages: [RedisMessage]) {
            for message in messages {
                if let previous = message.previous, previous != position {
                    pending.append(.gap(resumesAfter: previous))
                }
                pending.append(.message(message))
                position = message.id
            }
        }

        /// Nothing has been read, or the connection was lost: the stream may end before the position, if Redis has forgotten.
        ///
        /// - Parameter last: The id of the last message of the stream; zero if there is none.
        mutating func compare(withLast last: RedisStreamID) {
            guard let position, last < position else { return }
            pending.append(.gap(resumesAfter: last))
            self.position = last
        }
    }
#endif
