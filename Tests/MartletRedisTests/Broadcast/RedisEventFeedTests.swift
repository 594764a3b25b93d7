#if Redis
    import Foundation
    import HTTPTypes
    import HTTPWire
    import Logging
    import Martlet
    import MartletTesting
    import MartletWeb
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("Feeds of events on two machines", .timeLimit(.minutes(5)))
    struct RedisEventFeedTests {
        private static func withFeeds(
            _ server: RedisServer,
            _ redis: RedisClient,
            length: Int = 10_000,
            replay: Int = 1_000,
            body: ([RedisEventFeed], HTTPClient, [String]) async throws -> Void
        ) async throws {
            let stream = try RedisBroadcaster(redis, stream: "events", maximumLength: length)
            var configuration = EventFeed.Configuration()
            configuration.replay = replay
            configuration.maximumLag = min(replay, 500)
            let feeds = try await [
                RedisEventFeed.start(stream, configuration: configuration),
                RedisEventFeed.start(stream, configuration: configuration),
            ]
            try await withServer(feeds[0]) { client, one in
                try await withServer(feeds[1]) { _, other in
                    try await body(feeds, client, [one, other])
                }
            }
            for feed in feeds { feed.finish() }
        }

        @Test("give an event the same id everywhere, and a client goes on at the other machine")
        func resume() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    try await Self.withFeeds(server, redis) { feeds, client, urls in
                        var one = try await EventStream.open(client, urls[0])
                        var other = try await EventStream.open(client, urls[1])
                        var ids: [String] = []
                        for number in 0..<20 {
                            ids.append(
                                try await feeds[number % 2].publish(try ServerSentEvent("\(number)", name: "add"))
                            )
                        }
                        for (number, id) in ids.enumerated() {
                            for event in [try await one.next(), try await other.next()] {
                                #expect(event?.data == "\(number)")
                                #expect(event?.name == "add")
                                #expect(event?.id == id)
                            }
                        }
                        // From either machine to the other, and at once after the event was published.
                        for place in [0, 7, 18] {
                            var again = try await EventStream.open(client, urls[1], after: ids[place])
                            #expect(try await again.next()?.id == ids[place + 1])
                        }
                        let last = try await feeds[0].publish(ServerSentEvent("last"))
                        var fast = try await EventStream.open(client, urls[1], after: last)
                        try await feeds[0].publish(ServerSentEvent("next"))
                        #expect(try await fast.next()?.data == "next")
                    }
                }
            }
        }

        @Test("begin with the last messages, and reset clients whose events are gone")
        func history() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    let stream = try RedisBroadcaster(redis, stream: "events")
                    var ids: [String] = []
                    for number in 0..<30 {
                        ids.append(try await stream.publish(ServerSentEvent("\(number)").redisContent).description)
                    }
                    try await Self.withFeeds(server, redis, replay: 10) { feeds, client, urls in
                        #expect(feeds[0].lastID == ids[29])
                        for (id, data, name) in [
                            (ids[19], "20", "message"), (ids[25], "26", "message"), (ids[18], "", "reset"),
                            ("x", "", "reset"),
                        ] {
                            var events = try await EventStream.open(client, urls[0], after: id)
                            let event = try await events.next()
                            #expect(event?.data == data)
                            #expect(event?.name == name)
                        }
                    }
                }
            }
        }

        @Test("reset all clients when Redis has lost events, and go on")
        func restart() async throws {
            try await RedisServer.with { server in
                try await server.withClient { redis in
                    try await Self.withFeeds(server, redis) { feeds, client, urls in
                        var events = try await EventStream.open(client, urls[1])
                        let id = try await feeds[0].publish(ServerSentEvent("before"))
                        #expect(try await events.next()?.data == "before")
                        await server.kill()
                        try await server.start()
                        #expect(try await events.next()?.name == "reset")
                        try await eventually { (try? await feeds[0].publish(ServerSentEvent("after"))) != nil }
                        #expect(try await events.next()?.data == "after")
                        // This machine still has all of it.
                        var again = try await EventStream.open(client, urls[1], after: id)
                        #expect(try await again.next()?.name == "reset")
                        #expect(try await again.next()?.data == "after")
                    }
                }
            }
        }
    }

    /// Reads the events of one response.
    private struct EventStream {
        private let response: HTTPClientResponse
        private var body: HTTPBody.AsyncIterator
        private var parser = EventStreamParser()
        private var buffer = ByteBuffer()

        /// Opens a stream, and waits for its beginning.
        static func open(_ client: HTTPClient, _ url: String, after id: String? = nil) async throws -> EventStream {
            let response = try await client.get(url, headers: id.map { [.lastEventID: $0] } ?? [:])
            return EventStream(response: response, body: response.body.makeAsyncIterator())
        }

        /// The next event; nil at the end of the response.
        mutating func next() async throws -> ServerSentEvent? {
            while true {
                if let event = try parser.parse(&buffer) { return event }
                guard let bytes = try await body.next() else { return nil }
                buffer = bytes
            }
        }
    }
#endif
