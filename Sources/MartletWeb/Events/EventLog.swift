import NIOCore

/// The latest events of a feed, as they are sent. A plain value.
///
/// All subscribers read from the same log, each from its own position: one that does not read needs no memory.
struct EventLog: Sendable {
    /// A place between two events.
    struct Position: Hashable, Sendable {
        /// How many events are before it, counted from the beginning of the feed.
        var events: UInt64 = 0
        /// How many bytes these have.
        var bytes = 0
    }

    private struct Entry {
        let bytes: ByteBuffer
        let end: Position
    }

    /// How many bytes are put into one batch, but for an event that is larger.
    private static let batchBytes = 32_768

    private let maximumCount: Int
    private let maximumBytes: Int
    private var entries = CircularBuffer<Entry>()
    /// Before the oldest event that is kept.
    private(set) var start = Position()
    /// After the newest event.
    private(set) var end = Position()
    /// The latest batch of several events: subscribers that keep up with each other send the same one.
    private var batch: (range: (Position, Position), bytes: ByteBuffer)?

    /// A log without events.
    ///
    /// - Parameters:
    ///   - maximumCount: How many events are kept, at least one.
    ///   - maximumBytes: How many bytes of events are kept, and at least the newest event.
    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = max(maximumCount, 1)
        self.maximumBytes = maximumBytes
    }

    /// How many events are kept.
    var count: Int { entries.count }

    /// How many bytes of events are kept.
    var byteCount: Int { end.bytes - start.bytes }

    /// Adds an event, and drops the oldest ones that there is no room for.
    mutating func append(_ bytes: ByteBuffer) {
        end.events += 1
        end.bytes += bytes.readableBytes
        entries.append(Entry(bytes: bytes, end: end))
        while entries.count > maximumCount || (byteCount > maximumBytes && entries.count > 1),
            let oldest = entries.popFirst()
        {
            start = oldest.end
        }
    }

    /// The position after a number of events; nil if what follows it is no longer kept, or if it has not been reached.
    func position(after count: UInt64) -> Position? {
        guard count >= start.events, count <= end.events else { return nil }
        guard count > start.events else { return start }
        return entry(count - start.events - 1).end
    }

    /// The events after a position, as many as go well into one write, and the position after them; nil if there are
    /// none, or if some of them are no longer kept.
    mutating func events(after position: Position) -> (bytes: ByteBuffer, end: Position)? {
        guard position.events >= start.events, position.events < end.events else { return nil }
        let first = position.events - start.events
        let oldest = entry(first)
        var after = first + 1
        while after < UInt64(entries.count), entry(after).end.bytes - position.bytes <= Self.batchBytes { after += 1 }
        guard after > first + 1 else { return (oldest.bytes, oldest.end) }
        let end = entry(after - 1).end
        if let batch, batch.range == (position, end) { return (batch.bytes, end) }
        var bytes = ByteBufferAllocator().buffer(capacity: end.bytes - position.bytes)
        for index in first..<after { bytes.writeImmutableBuffer(entry(index).bytes) }
        batch = ((position, end), bytes)
        return (bytes, end)
    }

    private func entry(_ index: UInt64) -> Entry {
        entries[entries.index(entries.startIndex, offsetBy: Int(index))]
    }
}
