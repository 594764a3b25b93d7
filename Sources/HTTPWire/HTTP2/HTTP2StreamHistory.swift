import NIOCore

/// The streams of a connection that were closed last. A frame that arrives for one of them can have been sent before its
/// sender knew, or else break a rule (RFC 9113 section 5.1).
package struct HTTP2StreamHistory: Sendable {
    /// How a stream was closed.
    package enum End: Sendable {
        /// Both sides had sent all.
        case ended
        case resetByPeer
        /// The peer may not know yet.
        case resetHere
    }

    private let capacity: Int
    private var streams = CircularBuffer<(stream: UInt32, end: End)>(initialCapacity: 8)

    /// No streams yet.
    ///
    /// - Parameter capacity: How many are remembered: more than can be open at a time, unless that limit has been raised.
    package init(capacity: Int = 256) {
        self.capacity = max(capacity, 1)
    }

    /// Remembers that `stream` was closed.
    package mutating func append(_ stream: UInt32, _ end: End) {
        if streams.count == capacity { streams.removeFirst() }
        streams.append((stream, end))
    }

    /// How `stream` was closed; nil when that is forgotten, or never happened.
    package func end(of stream: UInt32) -> End? {
        streams.last { $0.stream == stream }?.end
    }
}
