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

    /// Events that follow each other, in one piece of memory, of which subscribers get parts without a copy.
    private struct Segment {
        let start: Position
        var bytes = ByteBuffer()
        /// How many bytes of the feed there are up to the end of each event.
        var ends: [Int] = []

        /// The position after the event of this number, counted from the beginning of the feed.
        func position(after number: UInt64) -> Position {
            Position(events: number, bytes: ends[Int(number - start.events) - 1])
        }

        var end: Position { Position(events: start.events + UInt64(ends.count), bytes: ends.last ?? start.bytes) }
    }

    /// How many bytes a segment has, but for an event that is larger. A subscriber is sent as much at a time.
    private static let segmentBytes = 32_768

    private let maximumCount: Int
    private let maximumBytes: Int
    /// The segments that are full, and of which some events are kept.
    private var full = CircularBuffer<Segment>()
    /// The segment that events are added to.
    private var open = Segment(start: Position())
    /// Before the oldest event that is kept.
    private(set) var start = Position()
    /// After the newest event.
    private(set) var end = Position()

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
    var count: Int { Int(end.events - start.events) }

    /// How many bytes of events are kept.
    var byteCount: Int { end.bytes - start.bytes }

    /// Adds an event, and drops the oldest ones that there is no room for.
    mutating func append(_ bytes: ByteBuffer) {
        let size = open.bytes.readableBytes
        if size > 0, size + bytes.readableBytes > Self.segmentBytes {
            full.append(open)
            open = Segment(start: end)
        }
        // Copied when a subscriber still holds a part of it.
        open.bytes.writeImmutableBuffer(bytes)
        end.events += 1
        end.bytes += bytes.readableBytes
        open.ends.append(end.bytes)
        while count > maximumCount || (byteCount > maximumBytes && count > 1) { dropOldest() }
    }

    private mutating func dropOldest() {
        let oldest = full.first ?? open
        start = oldest.position(after: start.events + 1)
        if start == oldest.end, !full.isEmpty { full.removeFirst() }
    }

    /// The position after a number of events; nil if what follows it is no longer kept, or if it has not been reached.
    func position(after count: UInt64) -> Position? {
        guard count >= start.events, count <= end.events else { return nil }
        guard count > start.events else { return start }
        return segment(of: count).position(after: count)
    }

    /// The events after a position, as many as go well into one write, and the position after them; nil if there are
    /// none, or if some of them are no longer kept.
    func events(after position: Position) -> (bytes: ByteBuffer, end: Position)? {
        guard position.events >= start.events, position.events < end.events else { return nil }
        let segment = segment(of: position.events + 1)
        let offset = position.bytes - segment.start.bytes
        let bytes = segment.bytes.getSlice(
            at: segment.bytes.readerIndex + offset,
            length: segment.bytes.readableBytes - offset
        )
        return bytes.map { ($0, segment.end) }
    }

    /// The segment that has the event of this number, which is kept.
    private func segment(of number: UInt64) -> Segment {
        if number > open.start.events { return open }
        // The last of the full ones that begins before it.
        var (low, high) = (0, full.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if full[full.index(full.startIndex, offsetBy: middle)].start.events < number {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return full[full.index(full.startIndex, offsetBy: low)]
    }
}
