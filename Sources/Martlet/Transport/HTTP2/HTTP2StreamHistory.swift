import NIOCore

/// The streams of a connection that were closed last. A frame that arrives for one of them can have been sent before its
/// sender knew, or else break a rule (RFC 9113 section 5.1).
struct HTTP2StreamHistory {
    /// How a stream was closed.
    enum End {
        /// Both sides had sent all.
        case ended
        case resetByPeer
        /// The client may not know yet.
        case resetHere
    }

    /// How many are remembered: more than can be open at a time, unless that limit has been raised.
    private static let capacity = 256

    private var streams = CircularBuffer<(stream: UInt32, end: End)>(initialCapacity: 8)

    mutating func append(_ stream: UInt32, _ end: End) {
        if streams.count == Self.capacity { streams.removeFirst() }
        streams.append((stream, end))
    }

    /// How `stream` was closed; nil when that is forgotten, or never happened.
    func end(of stream: UInt32) -> End? {
        streams.last { $0.stream == stream }?.end
    }
}
