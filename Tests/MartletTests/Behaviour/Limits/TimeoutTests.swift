import Martlet
import NIOCore
import Testing

@Suite("Deadlines")
struct TimeoutTests {
    private static let short = Duration.milliseconds(40)
    /// Long enough for the first bytes to arrive on a machine that is busy.
    private static let safe = Duration.milliseconds(500)
    private static let tooLate = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"

    @Test("answer 408 to a head that does not come to its end")
    func slowHead() async throws {
        try await withServer(.bare.with { $0.headTimeout = Self.safe }) { _ in
        } test: { server in
            let text = try await server.transcript(of: "GET / HTTP/1.1\r\nHost: a\r\n")
            #expect(text.hasPrefix(Self.tooLate))
        }
    }

    @Test("answer 408 on a connection that was in use before too")
    func slowLaterHead() async throws {
        try await withServer(.bare.with { $0.headTimeout = Self.safe }) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            client.send("G")
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix(Self.tooLate))
        }
    }

    @Test("are not put off by single bytes")
    func trickle() async throws {
        try await withServer(.bare.with { $0.headTimeout = Self.safe }) { _ in
        } test: { server in
            let client = try await server.connect()
            let sending = Task {
                client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
                while !Task.isCancelled {
                    client.send("a")
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(try await client.receiveToEnd().hasPrefix(Self.tooLate))
            sending.cancel()
        }
    }

    @Test("close a connection that never says anything, without a word")
    func silent() async throws {
        try await withServer(.bare.with { $0.headTimeout = Self.short }) { _ in
        } test: { server in
            let client = try await server.connect()
            let isSilent = try await client.expectEnd()
            #expect(isSilent)
        }
    }

    @Test("close an idle connection, without a word")
    func idle() async throws {
        try await withServer(.bare.with { $0.idleTimeout = Self.short }) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            #expect(try await client.expectEnd())
        }
    }

    @Test("can be switched off, and on again while the server runs")
    func idleAtRunTime() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.idleTimeout = nil
            $0.headTimeout = nil
            $0.writeTimeout = Self.short
        }
        try await withServer(configuration) { _ in
        } test: { server in
            #expect(server.idleTimeout == nil)
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                _ = try await client.response()
                try await Task.sleep(for: .milliseconds(80))
            }
            server.idleTimeout = Self.short
            #expect(try await client.expectEnd())
        }
    }

    @Test("do not count the handler's time as idle")
    func handlerIsNotIdle() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.idleTimeout = Self.short
            $0.bodyRateGracePeriod = Self.short
        }
        try await withServer(configuration) { request in
            try await Task.sleep(for: .milliseconds(120))
            try await request.response.end(try await request.text())
        } test: { server in
            #expect(try await server.response(to: post("patience")).text == "patience")
            let response = try await server.response(to: get())
            #expect(response.status == 200)
        }
    }

    @Test("answer 408 to a content that arrives too slowly")
    func slowContent() async throws {
        let errors = Events<any Error>()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.minimumBodyRate = 1000
            $0.bodyRateGracePeriod = Self.short
        }
        try await withServer(configuration) { request in
            do {
                _ = try await request.collect()
            } catch {
                errors.add(error)
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\na")
            let sending = Task {
                while !Task.isCancelled {
                    client.send("a")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let text = try await client.receiveToEnd()
            sending.cancel()
            #expect(text.hasPrefix(Self.tooLate))
            #expect(try await errors.next() as? HTTPBodyError == .tooSlow)
        }
    }

    @Test("close a connection whose content nobody reads and that does not come")
    func slowDrain() async throws {
        try await withServer(.bare.with { $0.bodyRateGracePeriod = Self.short }) { request in
            try await request.response.end("early")
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na")
            #expect(try await client.response().text == "early")
            #expect(try await client.expectEnd())
        }
    }

    @Test("tear down a connection whose client takes nothing of the response")
    func stalledOutput() async throws {
        let failed = Events<any Error>()
        try await withServer(.bare.with { $0.writeTimeout = .milliseconds(100) }) { request in
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
            _ = try await failed.next()
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("tear it down too when the response is complete as far as the handler knows")
    func stalledEnd() async throws {
        try await withServer(.bare.with { $0.writeTimeout = .milliseconds(100) }) { request in
            request.response.isPersistent = request.target == "/"
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 30_000_000))
        } test: { server in
            for target in ["/", "/last"] {
                let client = try await server.connect()
                try await client.pauseReading()
                client.send(get(target))
                try await eventually { server.connectionCounts.total == 1 }
                try await eventually("\(target)") { server.connectionCounts.total == 0 }
            }
        }
    }

    @Test("answer 503 for a handler that takes too long, and cancel it")
    func slowHandler() async throws {
        let cancelled = Events<Bool>()
        try await withServer(.bare.with { $0.handlerTimeout = Self.short }) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let text = try await server.transcript(of: get() + get("/never"))
            #expect(
                text == "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 26\r\n\r\n"
                    + "The request took too long."
            )
            #expect(try await cancelled.next())
        }
    }

    @Test("tear the response of a handler that takes too long after its head")
    func slowStream() async throws {
        try await withServer(.bare.with { $0.handlerTimeout = Self.short }) { request in
            try await request.response.write("part")
            try await request.response.flush()
            try await untilCancelled()
        } test: { server in
            let text = try await server.transcript(of: get())
            #expect(text == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        }
    }

    @Test("give the client of a handler that takes too long for its content its 503 too")
    func slowReader() async throws {
        try await withServer(.bare.with { $0.handlerTimeout = Self.short }) { request in
            _ = try await request.collect()
        } test: { server in
            let text = try await server.transcript(of: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na")
            #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"))
        }
    }
}
