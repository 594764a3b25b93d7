import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("Feeds of events", .timeLimit(.minutes(5)))
struct EventFeedTests {
    private static func feed(_ change: (inout EventFeed.Configuration) -> Void = { _ in }) -> EventFeed {
        var configuration = EventFeed.Configuration()
        change(&configuration)
        return EventFeed(configuration: configuration, ids: EventIDs(epoch: "e"))
    }

    private static let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        + "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("send each event at once, in a chunk of its own, and 204 when they are finished")
    func bytes() async throws {
        let feed = Self.feed()
        try await withServer(.bare, feed.handler) { server in
            let client = try await server.connect()
            client.send(get("/", "Accept: text/event-stream"))
            let beginning = "16\r\nretry: 2000\n\nid: e-0\n\n\r\n"
            let start = try await client.receive((Self.head + beginning).utf8.count)
            #expect(start == Self.head + beginning)
            #expect(feed.publish(ServerSentEvent("a\nb")) == "e-1")
            let first = "19\r\nid: e-1\ndata: a\ndata: b\n\n\r\n"
            let one = try await client.receive(first.utf8.count)
            #expect(one == first)
            // The feed's ids are in place of others.
            feed.publish(try ServerSentEvent(json: ["x": 1], name: "add", id: "mine"))
            let second = "22\r\nid: e-2\nevent: add\ndata: {\"x\":1}\n\n\r\n"
            let two = try await client.receive(second.utf8.count)
            #expect(two == second)
            #expect(feed.publish([ServerSentEvent]()) == nil)
            feed.finish()
            feed.finish()
            let end = try await client.receive("0\r\n\r\n".utf8.count)
            #expect(end == "0\r\n\r\n")
            #expect(feed.publish(ServerSentEvent("late")) == nil)
            client.send(get("/", "Last-Event-ID: e-1"))
            let rest = Self.head + beginning.replacing("e-0", with: "e-1") + second + end
            let missed = try await client.receive(rest.utf8.count)
            #expect(missed == rest)
            for fields in [[], ["Last-Event-ID: e-2"]] {
                client.send(fields.isEmpty ? get() : get("/", fields[0]))
                let answer = try await client.response()
                #expect(answer.description == "HTTP/1.1 204 No Content\r\n\r\n")
            }
        }
    }

    @Test("reach every client, in order", arguments: Transport.allCases)
    func everyClient(transport: Transport) async throws {
        let feed = Self.feed()
        var router = Router()
        router.get("/events", feed)
        try await withServer(over: transport, .bare, router.handler) { server, client in
            let url = server.url + "events"
            var readers: [EventStreamReader] = []
            for _ in 0..<5 { readers.append(try await EventStreamReader.open(client, url)) }
            #expect(feed.subscriberCount == 5)
            let expected = (1...100).map(String.init)
            for data in expected { feed.publish(ServerSentEvent(data)) }
            #expect(feed.lastID == "e-100")
            for index in readers.indices {
                let data = try await readers[index].data(100)
                #expect(data == expected)
                #expect(readers[index].lastEventID == "e-100")
                #expect(readers[index].reconnectionTime == .seconds(2))
            }
            // A client that goes is forgotten.
            readers = []
            try await eventually { feed.subscriberCount == 0 }
        }
    }

    @Test("continue after the last id, nothing missed and nothing twice", arguments: Transport.allCases)
    func resuming(transport: Transport) async throws {
        let feed = Self.feed()
        for number in 1...10 { feed.publish(ServerSentEvent("\(number)")) }
        try await withServer(over: transport, .bare, feed.handler) { server, client in
            for after in [0, 1, 7, 9, 10] {
                var reader = try await EventStreamReader.open(client, server.url, after: "e-\(after)")
                let missed = try await reader.data(10 - after)
                #expect(missed == (0..<10 - after).map { "\(after + 1 + $0)" })
                #expect(reader.lastEventID == "e-10" || after == 10)
            }
        }
        try await withServer(over: transport, .bare, feed.handler) { server, client in
            // Without an id, or with an empty one, there are new events only; a client that leaves before the first one
            // comes back to where it was.
            var new = try await EventStreamReader.open(client, server.url)
            var empty = try await EventStreamReader.open(client, server.url, after: "")
            feed.publish(ServerSentEvent("11"))
            let data = try await [new.data(1), empty.data(1)]
            #expect(data == [["11"], ["11"]])
        }
    }

    @Test("begin with a reset after an id that is not known, or older than what is kept", arguments: Transport.allCases)
    func resetting(transport: Transport) async throws {
        let feed = Self.feed {
            $0.replay = 5
            $0.maximumLag = 5
        }
        for number in 1...10 { feed.publish(ServerSentEvent("\(number)")) }
        try await withServer(over: transport, .bare, feed.handler) { server, client in
            var kept = try await EventStreamReader.open(client, server.url, after: "e-5")
            let data = try await kept.data(5)
            #expect(data == ["6", "7", "8", "9", "10"])
            for id in ["e-4", "e-0", "e-11", "f-7", "7", "ü", String(repeating: "x", count: 1_000)] {
                var reader = try await EventStreamReader.open(client, server.url, after: id)
                let reset = try await reader.next()
                #expect(reset == (try ServerSentEvent("", name: EventFeed.resetName, id: "e-10")), "\(id)")
            }
            var reader = try await EventStreamReader.open(client, server.url, after: "e-1")
            feed.publish(ServerSentEvent("11"))
            let events = try await [reader.next(), reader.next()]
            #expect(events.map { $0?.name } == ["reset", "message"])
            #expect(events.last??.data == "11")
        }
    }

    @Test("begin after the id of a page, unless the client has come further", arguments: Transport.allCases)
    func pages(transport: Transport) async throws {
        let feed = Self.feed()
        let id = feed.lastID
        for number in 1...3 { feed.publish(ServerSentEvent("\(number)")) }
        let handler: HTTPServer.Handler = { request in
            try await feed.serve(request, after: try request.url.queryParameters["after"])
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            var first = try await EventStreamReader.open(client, server.url + "?after=\(id)")
            let all = try await first.data(3)
            #expect(all == ["1", "2", "3"])
            var again = try await EventStreamReader.open(client, server.url + "?after=\(id)", after: "e-2")
            let rest = try await again.data(1)
            #expect(rest == ["3"])
        }
    }

    @Test("are refused to clients that accept no events, and HEAD gets the head", arguments: Transport.allCases)
    func negotiation(transport: Transport) async throws {
        let feed = Self.feed()
        let configuration = HTTPServer.Configuration.bare.with { $0.autoCompress = true }
        try await withServer(over: transport, configuration, feed.handler) { server, client in
            for (accept, status) in [
                ("text/html", 406), ("text/event-stream;q=0, */*", 406), ("text/*", 200), ("*/*", 200), (nil, 200),
                ("application/json, text/event-stream", 200),
            ] as [(String?, Int)] {
                let response = try await client.get(server.url, headers: accept.map { [.accept: $0] } ?? [:])
                #expect(response.status.code == status, "\(accept ?? "none")")
                guard status == 406 else { continue }
                #expect(try await response.text() == "This resource is a stream of events: text/event-stream.")
            }
            let head = try await client.head(server.url)
            #expect(head.status == .ok && head.headers[.contentLength] == nil)
            // Compressors hold back what they are given.
            let stream = try await client.get(server.url, headers: [.acceptEncoding: "gzip"])
            for fields in [head.headers, stream.headers] {
                #expect(fields[.contentType] == "text/event-stream")
                #expect(fields[.cacheControl] == "no-store")
                #expect(fields[.xAccelBuffering] == "no")
                #expect(fields[.contentEncoding] == nil)
            }
            var reader = EventStreamReader(stream)
            feed.publish(ServerSentEvent("prompt"))
            let data = try await reader.data(1)
            #expect(data == ["prompt"])
        }
    }

    @Test("end when the server shuts down, and tell clients when to come back", arguments: Transport.allCases)
    func shutdown(transport: Transport) async throws {
        let feed = Self.feed {
            $0.reconnectionTime = .seconds(1)
            $0.shutdownSpread = .seconds(3)
        }
        try await withServer(over: transport, .bare, feed.handler) { server, client in
            var reader = try await EventStreamReader.open(client, server.url)
            feed.publish(ServerSentEvent("last"))
            await server.shutdown(within: RawClient.patience)
            let event = try await reader.next()
            #expect(event?.data == "last")
            let end = try await reader.next()
            #expect(end == nil)
            let time = try #require(reader.reconnectionTime)
            #expect(time >= .seconds(1) && time <= .seconds(4))
            #expect(feed.subscriberCount == 0)
        }
    }

    @Test("send comments when there is nothing else to send", arguments: Transport.allCases)
    func keepAlive(transport: Transport) async throws {
        let feed = Self.feed()
        let time = HeldTime.forTest()
        let (server, client): (HTTPServer.Configuration, _) = (.bare.held(by: time), TimeSource(held: time))
        try await withServer(over: transport, server, client: { $0.time = client }, feed.handler) { server, client in
            let response = try await client.get(server.url)
            let text = try await time.passing {
                var text = ""
                for try await bytes in response.body {
                    text += String(buffer: bytes)
                    if text.hasSuffix(":\n\n:\n\n:\n\n") { break }
                }
                return text
            }
            #expect(time.elapsed == .seconds(45))
            #expect(text.replacing(":\n\n", with: "") == "retry: 2000\n\nid: e-0\n\n")
        }
    }

    @Test("outlast the time that handlers have", arguments: Transport.allCases)
    func noTimeout(transport: Transport) async throws {
        let feed = Self.feed()
        var router = Router()
        let time = HeldTime.forTest()
        router.use(try RequestTimeout(.seconds(60)))
        router.get("/events", feed)
        router.get("/slow") { _ in
            Task { await time.advance(by: .seconds(90)) }
            try await untilCancelled()
        }
        let configuration = HTTPServer.Configuration.bare.held(by: time).with { $0.handlerTimeout = .seconds(50) }
        try await withServer(over: transport, configuration, router.handler) { server, client in
            var reader = try await EventStreamReader.open(client, server.url + "events")
            // Begins later, and is over earlier.
            for _ in 0..<2 {
                let slow = try await client.get(server.url + "slow")
                #expect(slow.status == .serviceUnavailable)
            }
            feed.publish(ServerSentEvent("still there"))
            let data = try await reader.data(1)
            #expect(data == ["still there"])
        }
    }

    @Test("bring clients of this package back to where they were", arguments: Transport.allCases)
    func ownClient(transport: Transport) async throws {
        let feed = Self.feed { $0.reconnectionTime = .milliseconds(1) }
        let deaths = Shared(0)
        // Every stream is broken off after a moment.
        let handler: HTTPServer.Handler = { request in
            request.response.deadline = .milliseconds(20)
            deaths.change { $0 += 1 }
            try await feed.serve(request)
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            let url = server.url
            let first = Events<Void>()
            let reading = Task {
                var data: [String] = []
                for try await event in client.events(url) {
                    data.append(event.data)
                    if data.count == 1 { first.add() }
                }
                return data
            }
            try await eventually { feed.subscriberCount == 1 }
            feed.publish(ServerSentEvent("0"))
            try await first.next()
            for number in 1..<20 {
                feed.publish(ServerSentEvent("\(number)"))
                try await Task.sleep(for: .milliseconds(10))
            }
            feed.finish()
            let data = try await reading.value
            #expect(data == (0..<20).map(String.init))
            #expect(deaths.value > 1)
        }
    }
}
