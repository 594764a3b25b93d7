import Martlet
import NIOCore
import Testing

/// With the defaults, by a time that only the tests move.
@Suite("Deadlines")
struct TimeoutTests {
    private static let tooLate = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"

    private let time = HeldTime.forTest()

    private var held: HTTPServer.Configuration { .bare.held(by: time) }

    /// Whether a deadline has passed, and not many times over: a busy machine takes a while to pass bytes from one
    /// socket to the other, and much of this time goes by meanwhile.
    private func isSoonAfter(_ seconds: Int) -> Bool {
        (Duration.seconds(seconds)...(.seconds(10 * seconds + 60))).contains(time.elapsed)
    }

    /// Sends a byte in every second.
    private func trickle(to client: RawClient) -> Task<Void, any Error> {
        let time = time
        return Task {
            while !Task.isCancelled {
                client.send("a")
                try await time.sleep(until: time.now + .seconds(1))
            }
        }
    }

    @Test("answer 408 to a head that does not come to its end within 30 s")
    func slowHead() async throws {
        try await withServer(held) { _ in
        } test: { server in
            let text = try await time.passing { try await server.transcript(of: "GET / HTTP/1.1\r\nHost: a\r\n") }
            #expect(text.hasPrefix(Self.tooLate))
            #expect(isSoonAfter(30))
        }
    }

    @Test("answer 408 on a connection that was in use before too")
    func slowLaterHead() async throws {
        try await withServer(held) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            client.send("G")
            let text = try await time.passing { try await client.receiveToEnd() }
            #expect(text.hasPrefix(Self.tooLate))
            #expect(isSoonAfter(30))
        }
    }

    @Test("are not put off by single bytes")
    func trickle() async throws {
        try await withServer(held) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
            let sending = trickle(to: client)
            let text = try await time.passing { try await client.receiveToEnd() }
            #expect(text.hasPrefix(Self.tooLate))
            #expect(isSoonAfter(30))
            sending.cancel()
        }
    }

    @Test("close a connection that never says anything, without a word")
    func silent() async throws {
        try await withServer(held) { _ in
        } test: { server in
            let client = try await server.connect()
            let isSilent = try await time.passing { try await client.expectEnd() }
            #expect(isSilent)
            #expect(isSoonAfter(30))
        }
    }

    @Test("close a connection that is idle for 120 s, without a word")
    func idle() async throws {
        try await withServer(held) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            let isSilent = try await time.passing { try await client.expectEnd() }
            #expect(isSilent)
            #expect(isSoonAfter(120))
        }
    }

    @Test("can be switched off, and on again while the server runs")
    func idleAtRunTime() async throws {
        let configuration = held.with {
            $0.idleTimeout = nil
            $0.headTimeout = nil
        }
        try await withServer(configuration) { _ in
        } test: { server in
            #expect(server.idleTimeout == nil)
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                _ = try await client.response()
                await time.advance(by: .seconds(300))
            }
            server.idleTimeout = .seconds(10)
            let isSilent = try await time.passing { try await client.expectEnd() }
            #expect(isSilent)
        }
    }

    @Test("do not count the handler's time as idle")
    func handlerIsNotIdle() async throws {
        let time = time
        try await withServer(held) { request in
            try await time.sleep(until: time.now + .seconds(600))
            try await request.response.end(try await request.text())
        } test: { server in
            for request in [post("patience"), get()] {
                let response = try await time.passing { try await server.response(to: request) }
                #expect(response.status == 200)
                #expect(response.text == (request == get() ? "" : "patience"))
            }
        }
    }

    @Test("answer 408 to a content that arrives too slowly")
    func slowContent() async throws {
        let errors = Events<any Error>()
        try await withServer(held) { request in
            do {
                _ = try await request.collect()
            } catch {
                errors.add(error)
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\na")
            let sending = trickle(to: client)
            let text = try await time.passing { try await client.receive(through: "\r\n\r\n") }
            #expect(isSoonAfter(5))
            sending.cancel()
            #expect(text.hasPrefix(Self.tooLate))
            #expect(try await errors.next() as? HTTPBodyError == .tooSlow)
        }
    }

    @Test("close a connection whose content nobody reads and that does not come")
    func slowDrain() async throws {
        try await withServer(held) { request in
            try await request.response.end("early")
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na")
            #expect(try await client.response().text == "early")
            let isSilent = try await time.passing { try await client.expectEnd() }
            #expect(isSilent)
        }
    }

    @Test("tear down a connection whose client takes nothing of the response")
    func stalledOutput() async throws {
        let failed = Events<any Error>()
        try await withServer(held) { request in
            do {
                while true { try await request.response.write(ByteBuffer(repeating: 0x61, count: 100_000)) }
            } catch {
                failed.add(error)
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            try await client.pauseReading()
            client.send(get())
            _ = try await time.passing { try await failed.next() }
            try await eventually { server.connectionCounts.total == 0 }
            #expect(isSoonAfter(30))
        }
    }

    @Test("tear it down too when the response is complete as far as the handler knows")
    func stalledEnd() async throws {
        try await withServer(held) { request in
            request.response.isPersistent = request.target == "/"
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 30_000_000))
        } test: { server in
            for target in ["/", "/last"] {
                let client = try await server.connect()
                try await client.pauseReading()
                client.send(get(target))
                try await eventually { server.connectionCounts.total == 1 }
                try await time.passing { try await eventually("\(target)") { server.connectionCounts.total == 0 } }
            }
        }
    }

    @Test("answer 503 for a handler that takes too long, and cancel it")
    func slowHandler() async throws {
        let cancelled = Events<Bool>()
        try await withServer(held.with { $0.handlerTimeout = .seconds(60) }) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let text = try await time.passing { try await server.transcript(of: get() + get("/never")) }
            #expect(
                text == "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 26\r\n\r\n"
                    + "The request took too long."
            )
            #expect(try await cancelled.next())
            #expect(isSoonAfter(60))
        }
    }

    @Test("tear the response of a handler that takes too long after its head")
    func slowStream() async throws {
        try await withServer(held.with { $0.handlerTimeout = .seconds(60) }) { request in
            try await request.response.write("part")
            try await request.response.flush()
            try await untilCancelled()
        } test: { server in
            let text = try await time.passing { try await server.transcript(of: get()) }
            #expect(text == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        }
    }

    @Test("give the client of a handler that takes too long for its content its 503 too")
    func slowReader() async throws {
        try await withServer(held.with { $0.handlerTimeout = .seconds(3) }) { request in
            _ = try await request.collect()
        } test: { server in
            let text = try await time.passing {
                try await server.transcript(of: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na")
            }
            #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"))
        }
    }
}
