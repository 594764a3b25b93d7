import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("The life of an exchange, over every transport", .timeLimit(.minutes(5)))
struct TransportLifeTests {
    @Test("with a client that goes away ends with the handler's cancellation", arguments: Transport.allCases)
    func cancellation(transport: Transport) async throws {
        let arrived = Events<Void>()
        let cancelled = Events<Bool>()
        try await withServer(over: transport) { request in
            if request.target == "/other" { return try await request.response.end("fine") }
            arrived.add()
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server, client in
            let url = server.url
            let asking = Task { try await client.get(url) }
            try await arrived.next()
            asking.cancel()
            await #expect(throws: (any Error).self) { _ = try await asking.value }
            try await expectTrue(cancelled)
            let other = try await client.get(url + "other").text()
            #expect(other == "fine")
        }
    }

    @Test("whose response nobody reads to its end ends with the handler's cancellation", arguments: Transport.allCases)
    func abandoned(transport: Transport) async throws {
        let summaries = Events<HTTPResponseSummary>()
        try await withServer(over: transport) { request in
            request.response.onCompletion { summaries.add($0) }
            let piece = ByteBuffer(repeating: 0x61, count: 100_000)
            while true { try await request.response.write(piece) }
        } test: { server, client in
            var body: HTTPBody.AsyncIterator? = try await client.get(server.url).body.makeAsyncIterator()
            _ = try await body?.next()
            body = nil
            let summary = try await summaries.next()
            #expect(summary.status == .ok && !summary.isComplete)
        }
    }

    @Test("that takes too long is answered 503", arguments: Transport.allCases)
    func handlerTimeout(transport: Transport) async throws {
        let configuration = HTTPServer.Configuration.bare.with { $0.handlerTimeout = .milliseconds(50) }
        try await withServer(over: transport, configuration) { _ in
            try await untilCancelled()
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.status == .serviceUnavailable)
        }
    }

    @Test("with a deadline of its own is torn when that is over", arguments: Transport.allCases)
    func deadline(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            request.response.deadline = .milliseconds(50)
            try await untilCancelled()
        } test: { server, client in
            await #expect(throws: HTTPClientError.self) { _ = try await client.get(server.url) }
        }
    }

    @Test("whose server answers too late ends with the client's deadline", arguments: Transport.allCases)
    func clientDeadline(transport: Transport) async throws {
        let cancelled = Events<Bool>()
        try await withServer(over: transport, client: { $0.readTimeout = .milliseconds(50) }) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server, client in
            await #expect(throws: HTTPClientError.self) { _ = try await client.get(server.url) }
            try await expectTrue(cancelled)
        }
    }

    @Test("is over before the server closes, and no other begins", arguments: Transport.allCases)
    func shutdown(transport: Transport) async throws {
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withServer(over: transport) { request in
            arrived.add()
            try await proceed.next()
            try await request.response.end("to the end")
        } test: { server, client in
            let url = server.url
            let answer = Task { try await client.get(url).text() }
            try await arrived.next()
            // Those that have connected before it returns are answered.
            await server.close()
            try await eventually {
                do {
                    _ = try await makeClient().get("http://127.0.0.1:\(server.port)")
                    return false
                } catch HTTPClientError.couldNotConnect {
                    return true
                } catch {
                    return false
                }
            }
            proceed.add()
            let text = try await answer.value
            #expect(text == "to the end")
            try await eventually { server.connectionCounts == ConnectionCounts() }
        }
    }

    @Test("counts as an active connection, which is idle afterwards", arguments: Transport.allCases)
    func connectionCounts(transport: Transport) async throws {
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withServer(over: transport) { request in
            arrived.add()
            try await proceed.next()
        } test: { server, client in
            let url = server.url
            let answer = Task { try await client.get(url).status }
            try await arrived.next()
            #expect(server.connectionCounts.active == 1)
            proceed.add()
            _ = try await answer.value
            try await eventually { server.connectionCounts.active == 0 && server.connectionCounts.idle == 1 }
        }
    }

    @Test("shares its connection with the next", arguments: Transport.allCases)
    func keepAlive(transport: Transport) async throws {
        let ports = Shared<Set<Int>>([])
        try await withServer(over: transport) { request in
            _ = try await request.collect()
            ports.change { _ = $0.insert(request.connectionInfo?.remotePort ?? 0) }
            try await request.response.end("x")
        } test: { server, client in
            for number in 0..<10 {
                let text = try await client.post(server.url, body: .text("\(number)")).text()
                #expect(text == "x")
            }
        }
        #expect(ports.value.count == 1)
    }

    @Test("has a session, which its cookie finds again", arguments: Transport.allCases)
    func session(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            let session = try await request.session
            let count = (session["count"].flatMap(Int.init) ?? 0) + 1
            session["count"] = "\(count)"
            try await request.response.end("\(count)")
        } test: { server, client in
            let first = try await client.get(server.url)
            let cookie = try #require(first.cookies.first)
            #expect(cookie.isSecure == transport.isSecure)
            for count in 2...3 {
                let request = try client.open(.get, server.url)
                request.cookies = [try Cookie(name: cookie.name, value: cookie.value)]
                let text = try await request.end().text()
                #expect(text == "\(count)")
            }
        }
    }

    @Test("can be answered from another thread", arguments: Transport.allCases)
    func offTheLoop(transport: Transport) async throws {
        try await withServer(over: transport, on: globalConcurrentExecutor) { request in
            let text = try await request.text()
            try await request.response.write(text)
            try await request.response.end(text)
        } test: { server, client in
            let body = String(repeating: "x", count: 100_000)
            let text = try await client.post(server.url, body: .text(body)).text()
            #expect(text == body + body)
        }
    }
}
