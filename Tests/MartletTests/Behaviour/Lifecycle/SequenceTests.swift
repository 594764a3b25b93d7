import Martlet
import Testing

@Suite("HTTPServer as an AsyncSequence")
struct SequenceTests {
    @Test("hands out requests one at a time")
    func forAwait() async throws {
        try await withIteration { server in
            for try await request in server {
                try await request.response.end("got \(request.target)")
            }
        } test: { server in
            for target in ["/a", "/b"] {
                let response = try await server.response(to: get(target))
                #expect(response.text == "got \(target)")
            }
            await server.close()
        }
    }

    @Test("answers pipelined requests one after the other")
    func pipelined() async throws {
        try await withIteration { server in
            for try await request in server { try await request.response.end(request.target) }
        } test: { server in
            let client = try await server.connect()
            client.send((1...50).map { get("/\($0)") }.joined())
            for number in 1...50 {
                #expect(try await client.response().text == "/\(number)")
            }
        }
    }

    @Test("ends with the request that first takes, which closes the server")
    func first() async throws {
        try await withIteration { server in
            let request = try #require(try await server.first { $0.target == "/b" })
            try await request.response.end("the one")
        } test: { server in
            #expect(try await server.response(to: get("/a")).status == 503)
            #expect(try await server.response(to: get("/b")).text == "the one")
            try await eventually { (try? await server.connect()) == nil }
        }
    }

    @Test("works with prefix, filter and map")
    func operators() async throws {
        try await withIteration { server in
            let texts = server.filter { $0.url.path != "/skip" }.prefix(2).map { request in
                try await request.response.end("taken")
                return request.target
            }
            var seen: [String] = []
            for try await text in texts { seen.append(text) }
            #expect(seen == ["/1", "/2"])
        } test: { server in
            #expect(try await server.response(to: get("/1")).text == "taken")
            #expect(try await server.response(to: get("/skip")).status == 503)
            #expect(try await server.response(to: get("/2")).text == "taken")
            try await eventually { (try? await server.connect()) == nil }
        }
    }

    @Test("closes the server when a loop is left, and what was handed out can still be answered")
    func breakCloses() async throws {
        let kept = Shared<HTTPServerRequest?>(nil)
        try await withIteration { server in
            for try await request in server {
                kept.change { $0 = request }
                break
            }
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            try await eventually { kept.value != nil }
            try await eventually { (try? await server.connect()) == nil }
            try await kept.value?.response.end("late")
            #expect(try await client.response().text == "late")
            #expect(try await client.expectEnd())
        }
    }

    @Test("answers 503 for a request that is dropped unanswered")
    func dropped() async throws {
        try await withIteration { server in
            for try await _ in server {}
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                #expect(try await client.response().statusLine == "HTTP/1.1 503 Service Unavailable")
            }
        }
    }

    @Test("tears a response that was begun and dropped, so that nobody takes the part for the whole")
    func droppedInside() async throws {
        try await withIteration { server in
            for try await request in server {
                try await request.response.write("part")
                try await request.response.flush()
            }
        } test: { server in
            let transcript = try await server.transcript(of: get())
            #expect(transcript == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        }
    }

    @Test("keeps a connection in use after a change that came too late")
    func lateChange() async throws {
        try await withIteration { server in
            for try await request in server {
                try await request.response.write("part")
                request.response.status = .notFound
                try? await request.response.end()
            }
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                #expect(try await client.response().text == "part")
            }
        }
    }

    @Test("answers 503 for what waits in the queue when the server closes")
    func queued() async throws {
        let taken = Events<HTTPServerRequest>()
        try await withIteration { server in
            let iterator = server.makeAsyncIterator()
            if let request = try await iterator.next() { taken.add(request) }
            try await untilClosed(server)
            while try await iterator.next() != nil {}
        } test: { server in
            let first = try await server.connect()
            first.send(get("/1"))
            let request = try await taken.next()
            let second = try await server.connect()
            second.send(get("/2"))
            try await eventually { server.connectionCounts.active == 2 }
            await server.close()
            #expect(try await second.response().status == 503)
            try await request.response.end("first")
            #expect(try await first.response().text == "first")
        }
    }

    @Test("can be iterated once; a second iteration throws and disturbs nobody")
    func twice() async throws {
        try await withIteration { server in
            for try await request in server { try await request.response.end("first") }
        } test: { server in
            #expect(try await server.response(to: get()).text == "first")
            await #expect(throws: HTTPServerError.alreadyServing) { try await server.iterate() }
            await #expect(throws: HTTPServerError.alreadyServing) { try await server.serve { _ in } }
            // What closing would do comes a little later.
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await server.response(to: get()).text == "first")
        }
    }

    @Test("ends at once on a server that was closed")
    func afterClose() async throws {
        try await withBoundServer { server in
            await server.close()
            let iterator = server.makeAsyncIterator()
            let request = try await iterator.next()
            #expect(request == nil)
        }
    }

    @Test("ends when its task is cancelled, which closes the server")
    func cancellation() async throws {
        try await withBoundServer { server in
            let iterating = Task { try await server.iterate() }
            _ = try await server.response(to: get())
            iterating.cancel()
            try await iterating.value
            try await eventually { (try? await server.connect()) == nil }
        }
    }

    private func untilClosed(_ server: HTTPServer) async throws {
        try await eventually { (try? await server.connect()) == nil }
    }

    private func withIteration(
        _ iterate: @escaping @Sendable (HTTPServer) async throws -> Void,
        test: (HTTPServer) async throws -> Void
    ) async throws {
        try await withBoundServer { server in
            let iterating = Task { try await iterate(server) }
            try await test(server)
            await server.close(force: true)
            try await iterating.value
        }
    }
}
