import HTTPTypes
import HTTPWire
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: events", .timeLimit(.minutes(5)))
struct EventSourceTests {
    private static let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunk(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// A response that has these events, and ends.
    private static func stream(_ text: String) -> String {
        head + chunk(text) + "0\r\n\r\n"
    }

    private static func empty(_ status: String, _ fields: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\(fields)\r\n"
    }

    private static var quick: EventSource.Configuration {
        var configuration = EventSource.Configuration()
        configuration.reconnectionTime = .zero
        return configuration
    }

    /// Serves one response for each connection, and notes the requests. After the last response the connection closes.
    private static func run(
        _ responses: [String],
        _ configuration: EventSource.Configuration = quick,
        test: (EventSource.AsyncIterator, Shared<[String]>) async throws -> Void
    ) async throws {
        let requests = Shared<[String]>([])
        try await ScriptedServer.run { connection, number in
            let request = try connection.readHead()
            requests.change { $0.append(request) }
            try connection.write(responses.indices.contains(number) ? responses[number] : empty("204 No Content"))
        } while: { server in
            let client = makeClient { $0.maximumRetries = 0 }
            try await test(client.events(server.url, configuration: configuration).makeAsyncIterator(), requests)
            await client.close(force: true)
        }
    }

    private static func lastIDs(_ requests: Shared<[String]>) -> [String?] {
        requests.value.map { request in
            let lines = request.split(separator: "\r\n").map(String.init)
            return lines.first { $0.lowercased().hasPrefix("last-event-id: ") }.map { String($0.dropFirst(15)) }
        }
    }

    @Test("come over as many connections as it takes, each continuing after the last id; 204 ends them")
    func reconnecting() async throws {
        let responses = [
            Self.stream("id: 1\ndata: a\n\nevent: n\ndata: b\ndata: c\n\ndata: cut off"),
            // Broken off in the middle of the content.
            Self.head + Self.chunk(": nothing\n\ndata: d\n\nid: 2\n\nid: 3\ndata:"),
            Self.stream(""), Self.stream("id\ndata: e\n\n"), Self.stream("data: f\n\n"),
        ]
        try await Self.run(responses) { iterator, requests in
            var iterator = iterator
            var events: [ServerSentEvent] = []
            while let event = try await iterator.next() { events.append(event) }
            #expect(
                events == [
                    try ServerSentEvent("a", id: "1"), try ServerSentEvent("b\nc", name: "n", id: "1"),
                    try ServerSentEvent("d", id: "1"), ServerSentEvent("e"), ServerSentEvent("f"),
                ]
            )
            #expect(Self.lastIDs(requests) == [nil, "1", "2", "2", nil, nil])
            for request in requests.value {
                #expect(request.contains("\r\nAccept: text/event-stream\r\n"))
                #expect(request.contains("\r\nCache-Control: no-store\r\n"))
            }
            let end = try await iterator.next()
            #expect(end == nil && requests.value.count == 6)
        }
    }

    @Test("begin after an id, with fields of their own")
    func configuration() async throws {
        var configuration = Self.quick
        configuration.lastEventID = "17"
        configuration.headers = [.authorization: "Bearer x", .accept: "text/html", .cacheControl: "no-cache"]
        try await Self.run([Self.stream("data: a\n\n")], configuration) { iterator, requests in
            var iterator = iterator
            let event = try await iterator.next()
            #expect(event == (try ServerSentEvent("a", id: "17")))
            let request = try #require(requests.value.first)
            #expect(Self.lastIDs(requests) == ["17"])
            #expect(
                request.contains("\r\nAuthorization: Bearer x\r\n") && request.contains("Accept: text/event-stream")
            )
            #expect(!request.contains("text/html") && request.contains("Cache-Control: no-cache"))
        }
    }

    @Test(
        "end with an error when the answer is no stream of events",
        arguments: [
            (empty("404 Not Found"), .unexpectedStatus(.notFound)),
            (empty("401 Unauthorized"), .unexpectedStatus(.unauthorized)),
            (empty("206 Partial Content", "Content-Type: text/event-stream\r\n"), .unexpectedStatus(.partialContent)),
            (empty("200 OK", "Content-Type: text/html\r\n"), .unexpectedContentType("text/html")),
            (empty("200 OK", "Content-Type: text/event-streams\r\n"), .unexpectedContentType("text/event-streams")),
            (empty("200 OK"), .unexpectedContentType(nil)),
            (stream("id: \(String(repeating: "x", count: 5_000))\n"), .limitExceeded(.idTooLong(limit: 4_096))),
        ] as [(String, EventSourceError)]
    )
    func refusals(_ response: String, _ error: EventSourceError) async throws {
        try await Self.run([response]) { iterator, requests in
            var iterator = iterator
            await #expect(throws: error) { _ = try await iterator.next() }
            #expect(!"\(error)".isEmpty)
            let end = try await iterator.next()
            #expect(end == nil && requests.value.count == 1)
        }
    }

    @Test("are asked for again after 408, 429 and 5xx, and when the connection breaks")
    func temporary() async throws {
        let responses = [
            Self.empty("503 Service Unavailable", "Retry-After: 0\r\n"), Self.empty("408 Request Timeout"),
            Self.empty("429 Too Many Requests", "Retry-After: soon\r\n"), Self.empty("500 Internal Server Error"), "",
            "HTTP/1.1 200", Self.stream("retry: 1\ndata: a\n\n"),
        ]
        var configuration = Self.quick
        configuration.maximumDelay = .milliseconds(1)
        try await Self.run(responses, configuration) { iterator, requests in
            var iterator = iterator
            let event = try await iterator.next()
            #expect(event?.data == "a" && requests.value.count == 7)
        }
    }

    @Test("end with the error after so many failures in a row, if there is a limit")
    func failures() async throws {
        var configuration = Self.quick
        configuration.maximumDelay = .milliseconds(1)
        configuration.maximumFailures = 2
        let failing = Self.empty("502 Bad Gateway")
        let responses = [failing, failing, Self.stream("data: a\n\n"), failing, failing, failing, failing]
        try await Self.run(responses, configuration) { iterator, requests in
            var iterator = iterator
            let event = try await iterator.next()
            #expect(event?.data == "a")
            await #expect(throws: EventSourceError.unexpectedStatus(.badGateway)) { _ = try await iterator.next() }
            #expect(requests.value.count == 6)
        }
        try await Self.run([Self.stream(""), Self.stream(""), Self.stream("")], configuration) { iterator, _ in
            var iterator = iterator
            await #expect(throws: EventSourceError.endedAtOnce) { _ = try await iterator.next() }
        }
        let dead = try DeadPort()
        configuration.maximumFailures = 1
        var iterator = makeClient().events(dead.url, configuration: configuration).makeAsyncIterator()
        do {
            _ = try await iterator.next()
            Issue.record("nothing listens there")
        } catch HTTPClientError.couldNotConnect {
            // As it is.
        }
    }

    @Test("end with the error of a request that can't be sent")
    func invalid() async throws {
        var iterator = makeClient().events("nowhere").makeAsyncIterator()
        await #expect(throws: HTTPClientError.invalidURL("nowhere")) { _ = try await iterator.next() }
        let end = try await iterator.next()
        #expect(end == nil)
        let client = makeClient()
        await client.close()
        iterator = client.events("http://127.0.0.1:9/").makeAsyncIterator()
        await #expect(throws: HTTPClientError.clientClosed) { _ = try await iterator.next() }
    }

    @Test("are looked for elsewhere when the server falls silent")
    func silence() async throws {
        let time = HeldTime.forTest()
        let arrived = Events<Void>()
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            switch number {
            case 0: break
            case 1: try connection.write(Self.head)
            case 2: try connection.write(Self.head + Self.chunk("id: 1\ndata: a\n\ndata"))
            default: try connection.write(Self.head + Self.chunk("data: b\n\n"))
            }
            arrived.add()
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.time = TimeSource(held: time) }
            let url = server.url
            let reading = Task {
                var data: [String] = []
                for try await event in client.events(url, configuration: Self.quick) {
                    data.append(event.data)
                    if data.count == 2 { break }
                }
                return data
            }
            for count in 1...3 {
                try await arrived.next()
                // It has been silent for two seconds at most.
                await time.advance(by: .seconds(55))
                #expect(server.connectionCount == count)
                await time.advance(by: .seconds(6))
            }
            try await arrived.next()
            let data = try await reading.value
            #expect(data == ["a", "b"] && server.connectionCount == 4)
            await client.close(force: true)
        }
    }

    @Test("end at once when the task is cancelled, whatever it waits for")
    func cancellation() async throws {
        let arrived = Events<Void>()
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            arrived.add()
            if number == 1 { try connection.write(Self.head + Self.chunk(":\n")) }
            if number < 2 { try connection.readToEnd() }
        } while: { server in
            let client = makeClient()
            let url = server.url
            // Waiting for a response, for an event, and to connect again.
            for _ in 0..<3 {
                let task = Task {
                    var configuration = EventSource.Configuration()
                    configuration.reconnectionTime = .seconds(30)
                    var iterator = client.events(url, configuration: configuration).makeAsyncIterator()
                    return try await iterator.next()
                }
                try await arrived.next()
                try await Task.sleep(for: .milliseconds(20))
                task.cancel()
                await #expect(throws: CancellationError.self) {
                    _ = try await within(RawClient.patience) { try await task.value }
                }
            }
            try await eventually { client.connectionCounts.total == 0 }
        }
    }
}
