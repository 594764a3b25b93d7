import HTTPWire
import Logging

extension HTTPClient {
    /// The events that a server sends (WHATWG HTML, section 9.2), across any number of connections.
    ///
    /// ```swift
    /// for try await event in client.events("https://example.com/events") {
    ///     print(event.name, event.data)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - url: An absolute URL.
    ///   - configuration: Fields of the requests, waits and limits.
    public func events(
        _ url: String,
        configuration: EventSource.Configuration = EventSource.Configuration()
    ) -> EventSource {
        EventSource(client: self, url: url, configuration: configuration)
    }
}

/// A stream of server-sent events: connects when it is iterated over, and again whenever the connection is lost.
///
/// When it connects again, it tells the server the last id that it has received (`Last-Event-ID`), after a wait that the
/// server can set (`retry`), a little at random, and twice as long for each further failure. Like EventSource in
/// browsers it
///
/// - ends at 204 (No Content), by which a server keeps clients away;
/// - throws ``EventSourceError`` for other types of content than `text/event-stream` and for statuses other than 200,
///   and what the client throws for requests that can't succeed: a malformed URL, a certificate that is not accepted;
/// - connects again when the server can't be reached, ends the stream, or breaks it off;
///
/// and unlike those, it also does so after 5xx, 408 and 429, not before the time in `Retry-After`, and when the server is
/// silent for too long. The client's `totalTimeout` limits each connection. Cancelling the task ends the iteration at
/// once, with a `CancellationError`. Each iteration has connections of its own.
public struct EventSource: AsyncSequence, Sendable {
    /// An event. Its id is the one to continue after, as in ``Configuration/lastEventID``.
    public typealias Element = ServerSentEvent

    let client: HTTPClient
    let url: String
    let configuration: Configuration

    /// Starts an iteration. Nothing is sent before the first event is asked for.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }

    /// Reads the events in order.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let source: EventSource
        private var connection: EventConnection?
        private var lastEventID: String?
        private var schedule: ReconnectionSchedule
        private var isOver = false

        init(_ source: EventSource) {
            self.source = source
            lastEventID = source.configuration.lastEventID
            schedule = ReconnectionSchedule(source.configuration)
        }

        /// The next event; nil when the server has said that there are no more.
        ///
        /// - Throws: See ``EventSource``.
        public mutating func next() async throws -> ServerSentEvent? {
            while !isOver {
                do {
                    if let event = try await read() { return event }
                } catch {
                    isOver = true
                    connection = nil
                    throw error
                }
            }
            return nil
        }

        /// The next event of the current connection, or of a new one. Nil if that has ended before.
        private mutating func read() async throws -> ServerSentEvent? {
            var failure: any Error = EventSourceError.endedAtOnce
            var retryAfter: Duration?
            do {
                if connection == nil {
                    connection = try await EventConnection.open(source, lastEventID: lastEventID)
                    // The server wants no more connections.
                    guard connection != nil else {
                        isOver = true
                        return nil
                    }
                }
                if let event = try await readConnection() { return event }
            } catch let error as EventConnection.Failure {
                failure = error.error
                retryAfter = error.retryAfter
            }
            connection = nil
            if schedule.isExhausted(after: source.configuration.maximumFailures) { throw failure }
            let delay = schedule.delay(retryAfter: retryAfter, random: .random(in: 0...1))
            source.client.configuration.logger.debug("The event stream \(source.url) ended: \(failure)")
            try await source.client.core.time.sleep(for: delay)
            return nil
        }

        private mutating func readConnection() async throws -> ServerSentEvent? {
            guard var connection else { return nil }
            // The connection is kept as far as it has come, whatever happens.
            defer {
                if connection.hasReceived { schedule.received() }
                lastEventID = connection.lastEventID
                if let time = connection.reconnectionTime { schedule.reconnectionTime = time }
            }
            let event = try await connection.next()
            self.connection = connection
            return event
        }
    }
}
