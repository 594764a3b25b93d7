#if Redis
    import NIOCore

    /// A reply of Redis, in the types of its protocol RESP 2.
    public enum RedisValue: Sendable, Hashable {
        /// A short text, as `OK`.
        case simpleString(String)
        /// An error within an array, as in the reply to EXEC. An error that is the whole reply is thrown.
        case error(String)
        /// A whole number.
        case integer(Int)
        /// Any bytes.
        case bulk(ByteBuffer)
        /// Nothing: a key that does not exist.
        case null
        /// Replies in order.
        case array([RedisValue])

        /// The text of a simple string, or the bytes of a bulk string as UTF-8, repaired where they are not; nil for other
        /// types.
        public var string: String? {
            switch self {
            case .simpleString(let text): text
            case .bulk(let bytes): String(buffer: bytes)
            case .error, .integer, .null, .array: nil
            }
        }

        /// The bytes of a bulk string; nil for other types.
        public var bytes: ByteBuffer? {
            if case .bulk(let bytes) = self { bytes } else { nil }
        }

        /// The number, also where it came as text; nil for other types.
        public var integer: Int? {
            if case .integer(let number) = self { number } else { string.flatMap { Int($0) } }
        }

        /// The elements of an array; nil for other types.
        public var array: [RedisValue]? {
            if case .array(let elements) = self { elements } else { nil }
        }

        /// The elements of an array of pairs, as HGETALL returns them; nil for other types, and for an odd number.
        public var pairs: [(key: RedisValue, value: RedisValue)]? {
            guard let array, array.count.isMultiple(of: 2) else { return nil }
            return stride(from: 0, to: array.count, by: 2).map { (array[$0], array[$0 + 1]) }
        }
    }
#endif
