import HTTPWire
import Martlet
import NIOCore

/// Everything of a feed that changes: the events that are kept, the clients, and the handlers that wait. Its owner keeps
/// it under a lock, and resumes what is taken out of it once the lock is free.
struct EventFeedState {
    typealias Waits = [EventSubscribers.ID: UnsafeContinuation<Void, any Error>]

    /// How long a client that is too far behind may take nothing, before it is cut off.
    private static let patience = Duration.seconds(1)

    private var ids: EventIDs
    var log: EventLog
    var subscribers: EventSubscribers
    /// The handlers that wait for something to happen. Not checked continuations, which cost an allocation: each is kept
    /// once, and taken out once.
    var waits: Waits = [:]
    private(set) var isFinished = false
    private var responses: [EventSubscribers.ID: HTTPServerResponse] = [:]

    init(ids: EventIDs, log: EventLog, subscribers: EventSubscribers) {
        self.ids = ids
        self.log = log
        self.subscribers = subscribers
    }

    /// The id of the latest event.
    var lastID: String { ids.id(of: log.end.events) }

    /// Adds events, and gives clients that have fallen too far behind a last chance. Nil if there can be none any more.
    ///
    /// - Parameter contents: The events as they are sent, without their ids.
    /// - Returns: The id of the last one, and the handlers to resume.
    mutating func append(_ contents: [ByteBuffer]) -> (id: String, waits: Waits)? {
        guard !isFinished else { return nil }
        for fields in contents { append(fields, ids.id(of: log.end.events + 1)) }
        return (lastID, finishAppending())
    }

    /// Adds an event with an id that is given. Nil if there can be none any more.
    ///
    /// - Returns: The handlers to resume.
    mutating func append(_ fields: ByteBuffer, id: String) -> Waits? {
        guard !isFinished else { return nil }
        ids.give(id)
        append(fields, id)
        ids.forget(before: log.start.events)
        return finishAppending()
    }

    private mutating func append(_ fields: ByteBuffer, _ id: String) {
        var bytes = ByteBufferAllocator().buffer(capacity: fields.readableBytes + id.utf8.count + 5)
        bytes.writeString("id: \(id)\n")
        bytes.writeImmutableBuffer(fields)
        log.append(bytes)
    }

    private mutating func finishAppending() -> Waits {
        // Under the lock, as is what takes it back in `next`: the order counts.
        for number in subscribers.laggards(of: log) { responses[number]?.deadline = Self.patience }
        return takeWaits()
    }

    /// Whether there are events for a client with this last id, or may be some day.
    func hasEvents(after id: String?) -> Bool {
        guard isFinished else { return true }
        guard let id else { return false }
        return id != lastID
    }

    /// Adds a client.
    ///
    /// - Parameter id: The id of the last event that it has, if it has one.
    /// - Returns: Its number, and the beginning of its stream: the id to continue after, so that a client that is gone
    ///   before the first event comes back to the same place. If events may have been missed, it is that of a reset.
    mutating func subscribe(
        _ response: HTTPServerResponse,
        after id: String?
    ) -> (number: EventSubscribers.ID, beginning: ByteBuffer) {
        let known = id.flatMap { ids.number(of: $0) }.flatMap { log.position(after: $0) }
        let position = known ?? log.end
        let number = subscribers.add(at: position)
        responses[number] = response
        if isFinished { subscribers.end(number, .finished, after: log) }
        var beginning = ByteBuffer(string: "id: \(ids.id(of: position.events))\n")
        if id != nil, known == nil { beginning.writeString("event: \(EventFeed.resetName)\ndata: \n") }
        beginning.writeString("\n")
        return (number, beginning)
    }

    /// Removes a client.
    ///
    /// - Returns: Its response, to be released once the lock is free.
    mutating func unsubscribe(_ number: EventSubscribers.ID) -> HTTPServerResponse? {
        subscribers.remove(number)
        return responses.removeValue(forKey: number)
    }

    /// The next thing to do for a client.
    mutating func next(_ number: EventSubscribers.ID) -> EventSubscribers.Step {
        let step = subscribers.next(number, from: log)
        if case .send(_, wasLate: true) = step { responses[number]?.deadline = nil }
        return step
    }

    /// Ends all streams once they have been sent everything.
    mutating func finish() {
        isFinished = true
        subscribers.endAll(.finished, after: log)
    }

    /// Takes the handlers that wait, to be resumed.
    mutating func takeWaits() -> Waits {
        // Most of the time nothing waits while events are published quickly.
        guard !waits.isEmpty else { return [:] }
        defer { waits = [:] }
        return waits
    }
}
