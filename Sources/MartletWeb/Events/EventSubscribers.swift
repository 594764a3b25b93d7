import NIOCore

/// The clients that a feed is sent to: how far each has come, and whether it has to leave. A plain value.
struct EventSubscribers: Sendable {
    /// The name of a subscriber.
    typealias ID = Int

    /// Why the stream of a subscriber ends.
    enum End: Hashable, Sendable {
        /// The server closes.
        case shutdown
        /// There are no more events.
        case finished
        /// Events that it has not been sent are no longer kept.
        case behind
    }

    /// The next thing to do for a subscriber.
    enum Step: Hashable, Sendable {
        /// Send these bytes. If `wasLate`, it was among the ``laggards(of:)`` and has caught up a bit.
        case send(ByteBuffer, wasLate: Bool)
        /// It has been sent everything.
        case wait
        /// End its stream.
        case end(End)
    }

    private struct Subscriber {
        var position: EventLog.Position
        var isLate = false
        /// Why the stream ends, and after how many events.
        var end: (reason: End, events: UInt64)?
    }

    private let maximumLag: Int
    private let maximumLagBytes: Int
    private var subscribers: [ID: Subscriber] = [:]
    private var lastID = 0
    /// Until the log gets there, no subscriber can lag too far behind.
    private var nextCheck = EventLog.Position(events: .max, bytes: .max)

    /// - Parameters:
    ///   - maximumLag: How many events a subscriber may be behind.
    ///   - maximumLagBytes: How many bytes of events.
    init(maximumLag: Int, maximumLagBytes: Int) {
        self.maximumLag = max(maximumLag, 0)
        self.maximumLagBytes = max(maximumLagBytes, 0)
    }

    /// How many there are.
    var count: Int { subscribers.count }

    /// Adds a subscriber, which is sent what comes after a position.
    mutating func add(at position: EventLog.Position) -> ID {
        lastID += 1
        subscribers[lastID] = Subscriber(position: position)
        check(beyond: position)
        return lastID
    }

    mutating func remove(_ id: ID) {
        subscribers[id] = nil
    }

    /// The next thing to do for a subscriber that has been sent everything that was to be sent before.
    mutating func next(_ id: ID, from log: EventLog) -> Step {
        guard var subscriber = subscribers[id] else { return .end(.finished) }
        if let end = subscriber.end, subscriber.position.events >= end.events { return .end(end.reason) }
        if let (bytes, end) = log.events(after: subscriber.position) {
            let wasLate = subscriber.isLate
            subscriber.position = end
            subscriber.isLate = false
            subscribers[id] = subscriber
            if wasLate { check(beyond: end) }
            return .send(bytes, wasLate: wasLate)
        }
        return subscriber.position.events < log.start.events ? .end(.behind) : .wait
    }

    /// Whether there is nothing to do for a subscriber before something happens.
    func isUpToDate(_ id: ID, with log: EventLog) -> Bool {
        guard let subscriber = subscribers[id], subscriber.position.events == log.end.events else { return false }
        return subscriber.end == nil
    }

    /// Ends the stream of a subscriber once it has been sent what is in the log.
    mutating func end(_ id: ID, _ reason: End, after log: EventLog) {
        guard subscribers[id]?.end == nil else { return }
        subscribers[id]?.end = (reason, log.end.events)
    }

    /// Ends the streams of all subscribers.
    mutating func endAll(_ reason: End, after log: EventLog) {
        for id in subscribers.keys { end(id, reason, after: log) }
    }

    /// The subscribers that have just fallen too far behind. Each is named once, until it gets on.
    mutating func laggards(of log: EventLog) -> [ID] {
        guard log.end.events >= nextCheck.events || log.end.bytes >= nextCheck.bytes else { return [] }
        nextCheck = EventLog.Position(events: .max, bytes: .max)
        var laggards: [ID] = []
        for (id, subscriber) in subscribers where !subscriber.isLate {
            let position = subscriber.position
            let isLate =
                log.end.events - position.events > UInt64(maximumLag)
                || log.end.bytes - position.bytes > maximumLagBytes
            if isLate {
                subscribers[id]?.isLate = true
                laggards.append(id)
            } else {
                check(beyond: position)
            }
        }
        return laggards
    }

    /// Sees to it that a subscriber at a position is looked at when it may be too far behind.
    private mutating func check(beyond position: EventLog.Position) {
        nextCheck.events = min(nextCheck.events, position.events + UInt64(maximumLag) + 1)
        nextCheck.bytes = min(nextCheck.bytes, position.bytes + maximumLagBytes + 1)
    }
}
