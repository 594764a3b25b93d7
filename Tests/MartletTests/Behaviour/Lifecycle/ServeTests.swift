import ServiceLifecycle
import Testing

@testable import Martlet

@Suite("HTTPServer.serve")
struct ServeTests {
    @Test("answers requests of several connections at the same time")
    func concurrently() async throws {
        let arrived = Events<String>()
        let release = Shared<[CheckedContinuation<Void, Never>]>([])
        try await withServer { request in
            await withCheckedContinuation { continuation in
                release.change { $0.append(continuation) }
                arrived.add(request.target)
            }
            try await request.response.end(request.target)
        } test: { server in
            let first = try await server.connect()
            let second = try await server.connect()
            first.send(get("/1"))
            #expect(try await arrived.next() == "/1")
            second.send(get("/2"))
            #expect(try await arrived.next() == "/2")
            release.change { waiting in waiting.forEach { $0.resume() } }
            #expect(try await first.response().text == "/1")
            #expect(try await second.response().text == "/2")
        }
    }

    @Test("runs handlers on the event loop of their connection")
    func onTheLoop() async throws {
        try await withServer { request in
            let before = EventLoops.current
            await Task.yield()
            try await Task.sleep(for: .milliseconds(1))
            let after = EventLoops.current
            try await request.response.end(before != nil && before === after ? "same" : "other")
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.text == "same")
        }
    }

    @Test("runs handlers elsewhere when asked to")
    func onAnExecutor() async throws {
        try await withServer(on: globalConcurrentExecutor) { request in
            #expect(EventLoops.current == nil)
            let text = try await request.text()
            #expect(EventLoops.current == nil)
            for part in 0..<3 { try await request.response.write("\(part)") }
            try await request.response.end(text)
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<20 {
                client.send(post("body"))
                #expect(try await client.response().text == "012body")
            }
        }
    }

    @Test("lets handlers belong to the main actor")
    func onTheMainActor() async throws {
        let handler: HTTPServer.Handler = { @MainActor request in
            let text = try await request.text()
            MainActor.assertIsolated()
            try await request.response.end(text)
        }
        try await withServer(.bare, handler) { server in
            let response = try await server.response(to: post("main"))
            #expect(response.text == "main")
        }
    }

    @Test("can be called once")
    func once() async throws {
        try await withServer { _ in
        } test: { server in
            _ = try await server.response(to: get())
            await #expect(throws: HTTPServerError.alreadyServing) { try await server.serve { _ in } }
            await #expect(throws: HTTPServerError.alreadyServing) { try await server.iterate() }
            #expect(try await server.response(to: get()).status == 200, "neither stops the one that serves")
        }
    }

    @Test("throws on a server that was closed")
    func afterClose() async throws {
        try await withBoundServer { server in
            await server.close()
            await #expect(throws: HTTPServerError.serverClosed) { try await server.serve { _ in } }
        }
    }

    @Test("does not accept before it is called")
    func acceptsLate() async throws {
        try await withBoundServer { server in
            let early = try await server.connect()
            early.send(get())
            #expect(server.connectionCounts == ConnectionCounts())
            let serving = Task { try await server.serve { try await $0.response.end("served") } }
            #expect(try await early.response().text == "served")
            await server.close()
            try await serving.value
        }
    }

    @Test("returns after the active requests when its task is cancelled")
    func cancellation() async throws {
        try await withBoundServer { server in
            let arrived = Events<Void>()
            let release = Events<Void>()
            let serving = Task {
                try await server.serve { request in
                    arrived.add()
                    try await release.next()
                    try await request.response.end("finished")
                }
            }
            let client = try await server.connect()
            client.send(get())
            try await arrived.next()
            serving.cancel()
            try await eventually { (try? await RawClient.connect(port: server.port)) == nil }
            release.add()
            #expect(try await client.response().text == "finished")
            try await serving.value
            #expect(server.connectionCounts.active == 0)
        }
    }

    @Test("returns when a service group shuts down gracefully")
    func serviceGroup() async throws {
        try await withBoundServer { server in
            let arrived = Events<Void>()
            let release = Events<Void>()
            let group = ServiceGroup(
                services: [
                    server.service { request in
                        arrived.add()
                        try await release.next()
                        try await request.response.end("finished")
                    }
                ],
                logger: HTTPServer.Configuration.bare.logger
            )
            let running = Task { try await group.run() }
            let client = try await server.connect()
            client.send(get())
            try await arrived.next()
            await group.triggerGracefulShutdown()
            try await eventually { (try? await RawClient.connect(port: server.port)) == nil }
            release.add()
            #expect(try await client.response().text == "finished")
            try await running.value
        }
    }

    @Test("has a service that says what it is")
    func serviceDescription() async throws {
        try await withBoundServer { server in
            #expect("\(server.service { _ in })" == "HTTP server on http://127.0.0.1:\(server.port)/")
        }
    }
}
