#if Redis
    import HTTPWire
    import Logging
    import Martlet
    import MartletWeb
    import NIOCore

    /// An `EventFeed` on several machines: an event that one of them publishes goes to the clients of all.
    ///
    /// ```swift
    /// let feed = try await RedisEventFeed.start(RedisBroadcaster(redis, stream: "notes"))
    /// router.get("/events", feed)
    /// try await feed.publish(try ServerSentEvent("{\"id\": 7}", name: "note"))
    /// ```
    ///
    /// The ids of events are those of the messages in the stream. A client that comes back to another machine, with
    /// `Last-Event-ID`, is sent what it has missed, once and in order; each feed begins with the last messages of the stream.
    /// If some are no longer there, clients get an event named `EventFeed.resetName`, as from any feed.
    public final class RedisEventFeed: RequestHandler {
        /// How long a client that comes back waits for this machine to have read its last event, which another has.
        private static let patience = Duration.seconds(1)

        private let broadcaster: RedisBroadcaster
        private let feed: EventFeed
        private let arrivals: EventArrivals
        private let reading: Task<Void, Never>

        private init(_ broadcaster: RedisBroadcaster, _ feed: EventFeed) {
            let arrivals = EventArrivals()
            self.broadcaster = broadcaster
            self.feed = feed
            self.arrivals = arrivals
            reading = Task.detached { await Self.read(broadcaster, into: feed, arrivals) }
        }

        deinit {
            reading.cancel()
        }

        /// Reads the last messages of a stream, and follows it from then on.
        ///
        /// - Parameters:
        ///   - broadcaster: The stream. Only feeds should publish to it.
        ///   - configuration: The settings of the feed on this machine.
        /// - Throws: ``RedisError``, `CancellationError`.
        public static func start(
            _ broadcaster: RedisBroadcaster,
            configuration: EventFeed.Configuration = EventFeed.Configuration()
        ) async throws -> RedisEventFeed {
            let messages = try await broadcaster.history(configuration.replay, maximumBytes: configuration.replayBytes)
            let beginning = messages.first.map { $0.previous ?? .zero } ?? .zero
            let feed = EventFeed(configuration: configuration, beginningAt: beginning.description)
            for message in messages { feed.publish(message.event, id: message.id.description) }
            return RedisEventFeed(broadcaster, feed)
        }

        /// Sends an event to the clients of all machines.
        ///
        /// - Parameter event: The event. The id that it gets takes the place of its own.
        /// - Returns: The id. Clients get the event when it has come back from Redis, on this machine too.
        /// - Throws: ``RedisError``, `CancellationError`; see ``RedisBroadcaster/publish(_:)-(ByteBuffer)``.
        @discardableResult
        public func publish(_ event: ServerSentEvent) async throws -> String {
            try await broadcaster.publish(event.redisContent).description
        }

        /// The id of the latest event that this machine has read; see `EventFeed.lastID`.
        public var lastID: String { feed.lastID }

        /// How many clients this machine has.
        public var subscriberCount: Int { feed.subscriberCount }

        /// Ends all streams of this machine; see `EventFeed.finish()`.
        public func finish() {
            reading.cancel()
            feed.finish()
        }

        /// Answers a request with the stream of events.
        public func handle(_ request: HTTPServerRequest) async throws {
            try await serve(request)
        }

        /// Answers a request with the stream of events; see `EventFeed.serve(_:after:)`.
        public func serve(_ request: HTTPServerRequest, after id: String? = nil) async throws {
            if let id = (request.lastEventID ?? id).flatMap({ RedisStreamID($0) }), !hasRead(id) {
                // The client comes from a machine that has read more. That takes milliseconds, and happens seldom.
                try await arrivals.wait(for: id, at: Self.patience, by: request.time) { hasRead(id) }
            }
            try await feed.serve(request, after: id)
        }

        private func hasRead(_ id: RedisStreamID) -> Bool {
            RedisStreamID(feed.lastID).map { id <= $0 } ?? false
        }

        private static func read(_ broadcaster: RedisBroadcaster, into feed: EventFeed, _ arrivals: EventArrivals) async
        {
            while !Task.isCancelled {
                do {
                    for try await event in broadcaster.messages(after: RedisStreamID(feed.lastID) ?? .zero) {
                        switch event {
                        case .message(let message):
                            feed.publish(message.event, id: message.id.description)
                            arrivals.arrived(message.id)
                        case .gap(let position):
                            feed.publish(try ServerSentEvent("", name: EventFeed.resetName), id: position.description)
                        }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    broadcaster.redis.configuration.logger.error(
                        "A feed can't read events",
                        metadata: ["reason": "\(error)"]
                    )
                    try? await Task.sleep(for: .seconds(2))
                }
            }
        }
    }

    extension ServerSentEvent {
        /// The event as a message: a line with its name, and its content.
        var redisContent: ByteBuffer { ByteBuffer(string: "\(name)\n\(data)") }
    }

    extension RedisMessage {
        /// The event that the message is; one with the whole content if it is none.
        var event: ServerSentEvent {
            let text = String(buffer: content)
            guard let end = text.utf8.firstIndex(of: 0x0A) else { return ServerSentEvent(text) }
            let data = String(text[text.utf8.index(after: end)...])
            return (try? ServerSentEvent(data, name: String(text[..<end]))) ?? ServerSentEvent(text)
        }
    }
#endif
