#if Redis
    /// The id of a message in a stream of Redis: the time in milliseconds when it was added, and a number within that, such as
    /// `1700000000000-0`. Later messages have greater ids.
    public struct RedisStreamID: Sendable, Hashable, Comparable, LosslessStringConvertible {
        /// Before the first message of every stream: `0-0`.
        public static let zero = RedisStreamID(milliseconds: 0, number: 0)

        /// The milliseconds since 1970, by the clock of Redis.
        public let milliseconds: UInt64
        /// The number within the millisecond.
        public let number: UInt64

        package init(milliseconds: UInt64, number: UInt64) {
            self.milliseconds = milliseconds
            self.number = number
        }

        /// An id as Redis writes it; nil for any other text, whatever a client may send.
        public init?(_ text: String) {
            // Two numbers of at most 20 digits.
            guard text.utf8.count <= 41 else { return nil }
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let milliseconds = UInt64(parts[0]), let number = UInt64(parts[1]) else {
                return nil
            }
            self.init(milliseconds: milliseconds, number: number)
            // One message has one id: no signs, no zeros in front.
            guard description == text else { return nil }
        }

        /// The id as Redis writes it.
        public var description: String { "\(milliseconds)-\(number)" }

        /// Whether one message was added before another.
        public static func < (one: RedisStreamID, other: RedisStreamID) -> Bool {
            (one.milliseconds, one.number) < (other.milliseconds, other.number)
        }
    }
#endif
