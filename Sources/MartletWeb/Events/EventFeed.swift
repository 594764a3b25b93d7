import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// Sends the same events to any number of clients, as server-sent events (WHATWG HTML, section 9.2).
///
/// ```swift
/// let feed = EventFeed(replay: 1_000)
/// router.get("/events", feed)                                        // new EventSource("/events") in a page
/// feed.publish(try ServerSentEvent("{\"id\": 7}", name: "note"))     // from anywhere
/// ```
///
/// Each event gets an id. A client that connects again sends the last one that it has received, as browsers and
/// `HTTPClient.events` do by themselves, and is sent what it has missed, once and in order, as long as it is among the
/// events that are kept (``Configuration/replay``). For other ids, older ones and those from before a restart, the
/// stream begins with an event named ``resetName``, without data, and continues with new events: the page is to load
/// anew whatever it shows. Clients without an id are sent new events only.
///
/// Clients that don't read as fast as events are published are cut off (``Configuration/maximumLag``). The streams end
/// when the client goes, when the server shuts down, and when the feed is finished. They don't count for the server's
/// `handlerTimeout` and for ``RequestTimeout``, are never compressed, and hold no memory of their own.
public final class EventFeed: RequestHandler {
    /// The name of the event that is sent when events may have been missed: `reset`.
    public static let resetName = "reset"

    /// The settings that the feed was created with.
    public let configuration: Configuration
    private let state: Mutex<EventFeedState>

    /// A feed without events.
    public convenience init(configuration: Configuration) {
        self.init(configuration: configuration, ids: EventIDs())
    }

    init(configuration: Configuration, ids: EventIDs) {
        self.configuration = configuration
        let log = EventLog(
            maximumCount: max(configuration.replay, configuration.maximumLag),
            maximumBytes: configuration.replayBytes
        )
        let subscribers = EventSubscribers(
            maximumLag: configuration.maximumLag,
            maximumLagBytes: configuration.maximumLagBytes
        )
        self.state = Mutex(EventFeedState(ids: ids, log: log, subscribers: subscribers))
    }

    /// A feed whose events are given ids, as those of a stream that several machines read.
    ///
    /// - Parameter id: The id after which it begins.
    package convenience init(configuration: Configuration, beginningAt id: String) {
        self.init(configuration: configuration, ids: EventIDs(beginning: id))
    }

    /// A feed without events, with the default settings.
    ///
    /// - Parameter replay: How many events are kept for clients that connect again. 1,000 by default.
    public convenience init(replay: Int = 1_000) {
        var configuration = Configuration()
        configuration.replay = replay
        self.init(configuration: configuration)
    }

    // MARK: Publishing

    /// Sends an event to all clients. It can be called from anywhere and waits for none of them.
    ///
    /// - Parameter event: The event. The feed gives it an id, in place of its own.
    /// - Returns: The id; nil if the feed is finished, and the event is dropped.
    @discardableResult
    public func publish(_ event: ServerSentEvent) -> String? {
        publish(CollectionOfOne(event))
    }

    /// Sends several events to all clients, in as few pieces as possible, which costs much less than one by one.
    ///
    /// - Parameter events: The events, in order.
    /// - Returns: The id of the last one; nil if there are none, or if the feed is finished.
    @discardableResult
    public func publish(_ events: some Sequence<ServerSentEvent>) -> String? {
        let contents = events.map { event in
            var fields = ByteBuffer()
            fields.writeServerSentEvent(event, id: nil)
            return fields
        }
        guard !contents.isEmpty, let (id, waits) = state.withLock({ $0.append(contents) }) else { return nil }
        // Outside the lock, which they take next.
        for wait in waits.values { wait.resume() }
        return id
    }

    /// Sends an event under an id, in a feed whose events are given ids.
    package func publish(_ event: ServerSentEvent, id: String) {
        var fields = ByteBuffer()
        fields.writeServerSentEvent(event, id: nil)
        guard let waits = state.withLock({ $0.append(fields, id: id) }) else { return }
        for wait in waits.values { wait.resume() }
    }

    /// The id of the latest event, or of the beginning of the feed.
    ///
    /// A page that is made from what the events are about can have this id from before, and pass it on in the URL of its
    /// stream, for ``serve(_:after:)``: nothing that happens in between is lost.
    public var lastID: String { state.withLock { $0.lastID } }

    /// How many clients there are.
    public var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// How many bytes of events are kept.
    var byteCount: Int { state.withLock { $0.log.byteCount } }

    /// Ends all streams once they have been sent everything. Clients that come back are sent what they have missed, and
    /// are then answered 204 (No Content), which tells browsers to stay away.
    public func finish() {
        let waits = state.withLock { state in
            state.finish()
            return state.takeWaits()
        }
        for wait in waits.values { wait.resume() }
    }

    // MARK: Serving

    /// Answers a request with the stream of events; the same as ``serve(_:after:)`` without an id.
    public func handle(_ request: HTTPServerRequest) async throws {
        try await serve(request)
    }

    /// Answers a request with the stream of events, until one of its ends.
    ///
    /// - Parameters:
    ///   - request: The request. `HEAD` is answered with the head.
    ///   - id: The id after which the stream begins if the request has no `Last-Event-ID`, for example ``lastID`` from
    ///     when the page was made. Nil, the default, for new events only.
    /// - Throws: `HTTPError` with 406 if `Accept` excludes `text/event-stream`, `CancellationError` or
    ///   `HTTPServerError` if the client is gone: let them pass.
    public func serve(_ request: HTTPServerRequest, after id: String? = nil) async throws {
        let response = request.response
        let start = request.lastEventID ?? id
        guard state.withLock({ $0.hasEvents(after: start) }) else {
            response.status = .noContent
            return try await response.end()
        }
        guard try await request.beginEvents() else { return }
        let (number, beginning) = state.withLock { $0.subscribe(response, after: start) }
        defer { unsubscribe(number) }
        let keepAlive = response.keepAlive(configuration.keepAlive)
        defer { keepAlive?.cancel() }
        try await request.withShutdownHandler {
            var greeting = ByteBuffer()
            greeting.writeReconnectionTime(configuration.reconnectionTime)
            greeting.writeImmutableBuffer(beginning)
            try await response.write(greeting)
            try await response.flush()
            try await send(to: number, response)
        } onShutdown: {
            self.end(number, .shutdown)
        }
    }

    private func send(to number: EventSubscribers.ID, _ response: HTTPServerResponse) async throws {
        while true {
            switch state.withLock({ $0.next(number) }) {
            case .send(let bytes, _):
                try await response.write(bytes)
                try await response.flush()
            case .wait:
                try await waitForEvents(number)
            case .end(let reason):
                if reason == .shutdown {
                    var farewell = ByteBuffer()
                    let delay = configuration.shutdownSpread * Double.random(in: 0..<1)
                    farewell.writeReconnectionTime(configuration.reconnectionTime + delay)
                    try await response.write(farewell)
                }
                return try await response.end()
            }
        }
    }

    /// Returns when there may be something to do for a subscriber.
    private func waitForEvents(_ number: EventSubscribers.ID) async throws {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    // Events since the last step have resumed nothing.
                    guard state.subscribers.isUpToDate(number, with: state.log) else { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waits[number] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waits.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }

    private func end(_ number: EventSubscribers.ID, _ reason: EventSubscribers.End) {
        let wait = state.withLock { state in
            state.subscribers.end(number, reason, after: state.log)
            return state.waits.removeValue(forKey: number)
        }
        wait?.resume()
    }

    private func unsubscribe(_ number: EventSubscribers.ID) {
        let response = state.withLock { $0.unsubscribe(number) }
        withExtendedLifetime(response) {}
    }
}
