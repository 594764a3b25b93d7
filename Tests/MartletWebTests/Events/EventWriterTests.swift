import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import Testing

@Suite("Events that handlers send", .timeLimit(.minutes(5)))
struct EventWriterTests {
    private struct Step: Codable, Equatable {
        var done: Int
    }

    @Test("are sent one by one, with what else a stream can have")
    func bytes() async throws {
        let proceed = Events<Void>()
        try await withServer(.bare) { request in
            request.response.headers[.cacheControl] = "no-cache"
            try await request.sendEvents { events in
                try await events.setReconnectionTime(.milliseconds(500))
                try await events.comment("hello")
                try await proceed.next()
                try await events.send("a\nb")
                try await events.send([ServerSentEvent("1"), try ServerSentEvent("2", name: "n", id: "i")])
                try await events.send([ServerSentEvent]())
                try await events.send(json: Step(done: 7), name: "step")
            }
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            let head = try await client.receive(through: "\r\n\r\n")
            #expect(
                head == "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nContent-Type: text/event-stream\r\n"
                    + "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            let first = "C\r\nretry: 500\n\n\r\n9\r\n: hello\n\n\r\n"
            let start = try await client.receive(first.utf8.count)
            #expect(start.lowercased() == first.lowercased())
            proceed.add()
            let rest =
                "11\r\ndata: a\ndata: b\n\n\r\n" + "21\r\ndata: 1\n\nid: i\nevent: n\ndata: 2\n\n\r\n"
                + "1E\r\nevent: step\ndata: {\"done\":7}\n\n\r\n0\r\n\r\n"
            let end = try await client.receive(rest.utf8.count)
            #expect(end.lowercased() == rest.lowercased())
        }
    }

    @Test("come with the id of the client, and not at all to HEAD", arguments: Transport.allCases)
    func ids(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            let id = request.lastEventID
            try await request.sendEvents { events in
                #expect(request.method == .get)
                try await events.send(json: Step(done: Int(id ?? "") ?? -1))
            }
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            for (id, done) in [(nil, -1), ("", -1), ("7", 7)] as [(String?, Int)] {
                var reader = try await EventStreamReader.open(client, server.url, after: id)
                let event = try await reader.next()
                let step = try event?.json(Step.self)
                #expect(step == Step(done: done))
                let end = try await reader.next()
                #expect(end == nil)
            }
            let head = try await client.head(server.url)
            #expect(head.headers[.contentType] == "text/event-stream")
            let refused = try await client.get(server.url, headers: [.accept: "application/json"])
            #expect(refused.status == .notAcceptable)
            #expect(throws: HTTPClientError.self) { _ = try ServerSentEvent("{").json(Step.self) }
        }
    }

    @Test("are broken off by an error, so that the client notices", arguments: Transport.allCases)
    func errors(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            try await request.sendEvents { events in
                try await events.send("a")
                throw HTTPError(.conflict)
            }
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            var reader = try await EventStreamReader.open(client, server.url)
            let event = try await reader.next()
            #expect(event?.data == "a")
            await #expect(throws: (any Error).self) { _ = try await reader.next() }
        }
    }

    @Test("have comments between them, and end with the client", arguments: Transport.allCases)
    func keepAlive(transport: Transport) async throws {
        let cancelled = Events<Bool>()
        let handler: HTTPServer.Handler = { request in
            try await request.sendEvents(keepAlive: .milliseconds(20)) { events in
                try await events.send("a")
                do {
                    try await untilCancelled()
                } catch {
                    cancelled.add(error is CancellationError)
                    throw error
                }
            }
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            var response: HTTPClientResponse? = try await client.get(server.url)
            var text = ""
            for try await bytes in try #require(response).body {
                text += String(buffer: bytes)
                if text.hasSuffix(":\n\n:\n\n") { break }
            }
            #expect(text.hasPrefix("data: a\n\n:\n\n"))
            response = nil
            let isCancelled = try await cancelled.next()
            #expect(isCancelled)
        }
    }

    @Test("of several tasks are not mixed", arguments: Transport.allCases)
    func concurrency(transport: Transport) async throws {
        let handler: HTTPServer.Handler = { request in
            try await request.sendEvents { events in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<5 {
                        group.addTask {
                            for number in 0..<50 { try await events.send("\(task)\n\(number)") }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            var reader = try await EventStreamReader.open(client, server.url)
            var next = [0, 0, 0, 0, 0]
            while let event = try await reader.next() {
                let numbers = event.data.split(separator: "\n").compactMap { Int($0) }
                try #require(numbers.count == 2)
                #expect(next[numbers[0]] == numbers[1])
                next[numbers[0]] += 1
            }
            #expect(next == [50, 50, 50, 50, 50])
        }
    }
}
