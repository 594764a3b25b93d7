import NIOCore

/// The streams of a connection that are gone: which were begun, and how the last of them were closed. A frame that
/// arrives for one of them can have been sent before its sender knew, or else break a rule (RFC 9113 section 5.1).
package struct HTTP2StreamHistory: Sendable {
    /// How a stream was closed.
    package enum End: Sendable {
        /// Both sides had sent all.
        case ended
        case resetByPeer
        /// The peer may not know yet, so that all it sends for them is ignored. This holds for streams that were never
        /// served, too: those that were refused, malformed, or begun after the connection's end was announced.
        case resetHere
    }

    /// The last stream that was begun, whether or not it was served.
    package private(set) var lastBegun: UInt32 = 0

    private let capacity: Int
    private let resetCapacity: Int
    private var closed = CircularBuffer<(stream: UInt32, end: End)>(initialCapacity: 8)
    /// Those that were reset here are kept apart: their peer may be busy with many others before it hears of it.
    private var reset = CircularBuffer<UInt32>(initialCapacity: 0)
    /// The highest stream that was reset here, which spares the search for those above.
    private var highestReset: UInt32 = 0

    /// No streams yet.
    ///
    /// - Parameters:
    ///   - capacity: How many are remembered: more than can be open at a time, unless that limit has been raised.
    ///   - resetCapacity: How many of those are remembered that were reset here: more than a peer gets reset without
    ///     being disconnected for it.
    package init(capacity: Int = 256, resetCapacity: Int = 1_024) {
        self.capacity = max(capacity, 1)
        self.resetCapacity = max(resetCapacity, 1)
    }

    /// Remembers that `stream` was begun, and with it all below (RFC 9113 section 5.1.1).
    package mutating func begin(_ stream: UInt32) {
        lastBegun = max(lastBegun, stream)
    }

    /// Whether a client's `stream` is, or was, open; false for one that is idle (RFC 9113 section 5.1).
    package func hasBegun(_ stream: UInt32) -> Bool {
        stream & 1 == 1 && stream <= lastBegun || wasReset(stream)
    }

    /// Remembers that `stream` was closed.
    package mutating func append(_ stream: UInt32, _ end: End) {
        guard end != .resetHere else { return appendReset(stream) }
        if closed.count == capacity { closed.removeFirst() }
        closed.append((stream, end))
    }

    private mutating func appendReset(_ stream: UInt32) {
        guard !wasReset(stream) else { return }
        if reset.count == resetCapacity { reset.removeFirst() }
        reset.append(stream)
        highestReset = max(highestReset, stream)
    }

    private func wasReset(_ stream: UInt32) -> Bool {
        stream <= highestReset && reset.contains(stream)
    }

    /// How `stream` was closed; nil when that is forgotten, or never happened.
    package func end(of stream: UInt32) -> End? {
        wasReset(stream) ? .resetHere : closed.last { $0.stream == stream }?.end
    }
}
