import HTTPTypes
import ServiceLifecycle
import Testing

@testable import Martlet

@Suite("A server that is asked to shut down goes on for a while", .timeLimit(.minutes(5)))
struct ShutdownDelayTests {
    private static let patient = HTTPServer.Configuration.bare.with { $0.shutdownDelay = .seconds(600) }

    private static let handler: HTTPServer.Handler = { request in
        try await request.response.end(request.isShuttingDown ? "going" : "staying")
    }

    private func text(_ server: HTTPServer) async throws -> String {
        String(decoding: try await server.response(to: get()).content, as: UTF8.self)
    }

    @Test("as a value: it begins once, is the same for all that wait, and can be ended")
    func value() async {
        let delay = ShutdownDelay()
        #expect(!delay.hasBegun)
        await delay.pass(.zero, by: .system)
        #expect(!delay.hasBegun)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { await delay.pass(.seconds(600), by: .system) } }
            while !delay.hasBegun { await Task.yield() }
            delay.end()
        }
        #expect(delay.hasBegun)
        // It is over for ever.
        await delay.pass(.seconds(600), by: .system)
        delay.end()

        let short = ShutdownDelay()
        await short.pass(.milliseconds(1), by: .system)
        let unused = ShutdownDelay()
        unused.end()
        await unused.pass(.seconds(600), by: .system)
    }

    @Test("with a server: it listens and answers, and says so to its handlers")
    func server() async throws {
        try await withServer(Self.patient, Self.handler) { server in
            let before = try await text(server)
            #expect(before == "staying")
            let shutdown = Task { await server.shutdown() }
            try await eventually { try await text(server) == "going" }
            // Handlers that answer for long go on, and so does the server for those that wait for it.
            let again = Task { await server.shutdown() }
            let later = try await text(server)
            #expect(later == "going")
            await server.close()
            await shutdown.value
            await again.value
            await #expect(throws: (any Error).self) { _ = try await text(server) }
        }
    }

    @Test("with a server: handlers that answer for long are told when the delay is over")
    func streams() async throws {
        let told = Events<Void>()
        try await withOpenRequest(Self.patient) { request in
            try await request.withShutdownHandler {
                try await told.next()
            } onShutdown: {
                told.add()
            }
        } test: { server, client in
            let shutdown = Task { await server.shutdown() }
            try await eventually { server.core.shutdownDelay.hasBegun }
            #expect(!server.core.shutdown.isRaised)
            await server.close()
            let response = try await client.response()
            #expect(response.status == 200)
            await shutdown.value
        }
    }

    @Test("in a service group, whose cancellation ends it")
    func group() async throws {
        try await withBoundServer(Self.patient) { server in
            let group = ServiceGroup(
                services: [server.service(Self.handler)],
                logger: HTTPServer.Configuration.bare.logger
            )
            let running = Task { try await group.run() }
            let before = try await text(server)
            #expect(before == "staying")
            await group.triggerGracefulShutdown()
            try await eventually { try await text(server) == "going" }
            running.cancel()
            _ = await running.result
            await #expect(throws: (any Error).self) { _ = try await text(server) }
        }
    }

    @Test("is none by default, nor before requests are served, nor when the task is cancelled")
    func none() async throws {
        try await withBoundServer(Self.patient) { server in await server.shutdown() }
        try await withServer { _ in
        } test: { server in
            await server.shutdown()
        }
        try await withBoundServer(Self.patient) { server in
            let serving = Task { try await server.serve(Self.handler) }
            let answer = try await text(server)
            #expect(answer == "staying")
            serving.cancel()
            _ = await serving.result
        }
    }
}
