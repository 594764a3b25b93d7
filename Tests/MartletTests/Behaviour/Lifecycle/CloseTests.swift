import Martlet
import Testing

@Suite("Closing a server")
struct CloseTests {
    @Test("refuses further connections, and keeps telling where it was bound")
    func refusesConnections() async throws {
        #if os(Linux)
            // An address of its own: the port is free again, and on the usual one another test may get it meanwhile.
            let host = "127.0.0.2"
        #else
            let host = "127.0.0.1"
        #endif
        let server = try await HTTPServer.bind(InternetAddress(host), port: 0, configuration: .bare)
        let serving = Task { try? await server.serve { _ in } }
        let port = server.port
        await server.close()
        await #expect(throws: (any Error).self) { try await RawClient.connect(to: host, port: port) }
        #expect(server.port == port)
        await serving.value
    }

    @Test("can be repeated, at the same time too")
    func idempotent() async throws {
        try await withServer { _ in
        } test: { server in
            await withTaskGroup { group in
                for round in 0..<10 { group.addTask { await server.close(force: round == 9) } }
            }
            await server.close()
            await server.shutdown()
            await server.shutdown(within: .zero)
        }
    }

    @Test("closes idle connections at once, those too that never sent a byte")
    func idle() async throws {
        try await withServer { _ in
        } test: { server in
            let used = try await server.connect()
            used.send(get())
            _ = try await used.response()
            let silent = try await server.connect()
            try await eventually { server.connectionCounts.idle == 2 }
            await server.close()
            #expect(try await used.expectEnd())
            #expect(try await silent.expectEnd())
        }
    }

    @Test("closes a connection in the middle of a head")
    func insideHead() async throws {
        try await withServer { _ in
        } test: { server in
            let client = try await server.connect()
            client.send("GET / HT")
            try await eventually { server.connectionCounts.active == 1 }
            await server.close()
            #expect(try await client.expectEnd())
        }
    }

    @Test("finishes active requests, which are told that the connection closes")
    func active() async throws {
        let release = Events<Void>()
        try await withOpenRequest(sending: get() + get("/never")) { request in
            try await release.next()
            try await request.response.end("finished")
        } test: { (server, client) async throws in
            await server.close()
            release.add()
            #expect(
                try await client.receiveToEnd()
                    == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\nfinished"
            )
        }
    }

    @Test("lets a response that was begun go on")
    func streaming() async throws {
        let arrived = Events<Void>()
        let release = Events<Void>()
        try await withServer { request in
            try await request.response.write("one ")
            try await request.response.flush()
            arrived.add()
            try await release.next()
            try await request.response.write("two")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            try await arrived.next()
            await server.close()
            release.add()
            #expect(try await client.response().text == "one two")
            #expect(try await client.expectEnd())
        }
    }

    @Test("with force tears everything down and cancels the handlers")
    func force() async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (server, client) async throws in
            await server.close(force: true)
            #expect(try await client.expectEnd())
            #expect(try await cancelled.next())
        }
    }

    @Test("can be forced after it was asked for")
    func forceLater() async throws {
        try await withOpenRequest { _ in
            try await untilCancelled()
        } test: { (server, client) async throws in
            await server.close()
            #expect(server.connectionCounts.active == 1)
            await server.close(force: true)
            #expect(try await client.expectEnd())
        }
    }

    @Test("returns from shutdown when the last request has been answered")
    func shutdown() async throws {
        let release = Events<Void>()
        try await withOpenRequest { request in
            try await release.next()
            try await request.response.end("finished")
        } test: { (server, client) async throws in
            let shutdown = Task { await server.shutdown() }
            try await eventually { (try? await server.connect()) == nil }
            #expect(server.connectionCounts.active == 1)
            release.add()
            #expect(try await client.response().text == "finished")
            await client.close()
            await shutdown.value
            #expect(server.connectionCounts == ConnectionCounts())
        }
    }

    @Test("tears down at the deadline of shutdown what has not finished")
    func shutdownDeadline() async throws {
        let cancelled = Events<Void>()
        try await withOpenRequest { _ in
            do { try await untilCancelled() } catch { cancelled.add() }
        } test: { (server, client) async throws in
            await server.shutdown(within: .milliseconds(50))
            try await cancelled.next()
            #expect(try await client.expectEnd())
            #expect(server.connectionCounts == ConnectionCounts())
        }
    }

    @Test("keeps the deadline of shutdown in a task that was cancelled")
    func shutdownInCancelledTask() async throws {
        try await withOpenRequest { _ in
            try await untilCancelled()
        } test: { (server, client) async throws in
            let shutdown = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await server.shutdown(within: .milliseconds(50))
            }
            await shutdown.value
            #expect(try await client.expectEnd())
        }
    }

    @Test("keeps the configured shutdownTimeout, after which serve returns")
    func shutdownTimeout() async throws {
        try await withOpenRequest(.bare.with { $0.shutdownTimeout = .milliseconds(50) }) { _ in
            try await untilCancelled()
        } test: { (server, client) async throws in
            await server.close()
            #expect(try await client.expectEnd())
        }
    }

    @Test("happens when nobody holds the server any more")
    func released() async throws {
        var server: HTTPServer? = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        let port = try #require(server?.port)
        server = nil
        try await eventually { (try? await RawClient.connect(port: port)) == nil }
    }
}
