import NIOCore

/// The closed streams of a connection: which were opened, and how the last of them were closed. A frame that arrives
/// for one of them may have been sent before its sender knew, or else violate the protocol (RFC 9113 section 5.1).
package struct HTTP2StreamHistory: Sendable {
    /// How a stream was closed.
    package enum End: Sendable {
        /// Both sides had ended it.
        case ended
        case resetByPeer
        /// It was reset at this end. The peer may not know yet, so all that it sends for it is ignored. This includes
        /// streams that were never processed: those that were refused, malformed, or opened after the connection's end
        /// was announced.
        case resetHere
    }

    /// The last stream that was opened, whether or not it was processed.
    package private(set) var lastBegun: UInt32 = 0

    private let capacity: Int
    private let resetCapacity: Int
    /// Those that were closed otherwise; when there are as many as are remembered, the oldest is replaced.
    private var closed: [(stream: UInt32, end: End)] = []
    /// The place of the oldest, once that is so.
    private var oldest = 0
    /// Those that were reset here are kept separately: their peer may have sent much else before it gets the reset.
    private var reset = CircularBuffer<UInt32>(initialCapacity: 0)
    /// The highest stream that was reset here, which saves the search for higher ones.
    private var highestReset: UInt32 = 0

    /// The history of a new connection.
    ///
    /// - Parameters:
    ///   - capacity: How many are remembered: more than can be open at a time, unless that limit was raised.
    ///   - resetCapacity: How many that were reset here are remembered: more than a peer can cause without being
    ///     disconnected.
    package init(capacity: Int = 256, resetCapacity: Int = 1_024) {
        self.capacity = max(capacity, 1)
        self.resetCapacity = max(resetCapacity, 1)
    }

    /// Remembers that `stream` was opened, and with it all lower ones (RFC 9113 section 5.1.1).
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
        guard closed.count == capacity else { return closed.append((stream, end)) }
        closed[oldest] = (stream, end)
        oldest = oldest + 1 == capacity ? 0 : oldest + 1
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

    /// How `stream` was closed; nil if that is forgotten, or it was not closed.
    package func end(of stream: UInt32) -> End? {
        wasReset(stream) ? .resetHere : closed.first { $0.stream == stream }?.end
    }
}
