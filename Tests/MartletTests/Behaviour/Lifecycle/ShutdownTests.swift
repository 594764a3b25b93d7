import HTTPTypes
import Martlet
import NIOCore
import ServiceLifecycle
import Testing

@Suite("S17: a handler that streams hears of the shutdown", .timeLimit(.minutes(5)))
struct ShutdownTests {
    /// How a handler waits for the end.
    enum Way: CaseIterable {
        case cancelWhenGracefulShutdown, gracefulShutdownHandler, cancelWhenShuttingDown, shutdownHandler, polling

        fileprivate var needsGroup: Bool { self == .cancelWhenGracefulShutdown || self == .gracefulShutdownHandler }

        /// Whether the handler knows, once it has been told, that the server shuts down.
        fileprivate func wait(_ request: HTTPServerRequest) async throws -> Bool {
            let ended = Events<Void>()
            switch self {
            case .cancelWhenGracefulShutdown:
                try? await ServiceLifecycle.cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) }
                guard Task.isShuttingDownGracefully else { return false }
            case .gracefulShutdownHandler:
                try await withGracefulShutdownHandler {
                    try await ended.next()
                } onGracefulShutdown: {
                    ended.add()
                }
            case .cancelWhenShuttingDown:
                do {
                    try await request.cancelWhenShuttingDown { try await Task.sleep(for: .seconds(600)) }
                    return false
                } catch is CancellationError {
                }
            case .shutdownHandler:
                try await request.withShutdownHandler {
                    try await ended.next()
                } onShutdown: {
                    ended.add()
                }
            case .polling:
                while !request.isShuttingDown { try await Task.sleep(for: .milliseconds(5)) }
            }
            return request.isShuttingDown
        }
    }

    private static func stream(_ way: Way) -> HTTPServer.Handler {
        { request in
            try await request.response.write(request.isShuttingDown ? "early\n" : "event\n")
            try await request.response.flush()
            try await request.response.end(try await way.wait(request) ? "bye\n" : "unaware\n")
        }
    }

    /// Reads a stream of events to its end while `shutDown` is run.
    private func expectEnd(_ response: HTTPClientResponse, _ shutDown: () async -> Void) async throws {
        var iterator = response.body.makeAsyncIterator()
        let first = try #require(try await iterator.next())
        #expect(String(buffer: first) == "event\n")
        await shutDown()
        var rest = ""
        while let part = try await iterator.next() { rest += String(buffer: part) }
        #expect(rest == "bye\n")
    }

    @Test("in a service group", arguments: Transport.allCases, Way.allCases)
    func group(transport: Transport, way: Way) async throws {
        try await withBoundServer(over: transport) { server, client in
            let group = ServiceGroup(
                services: [server.service(Self.stream(way))],
                logger: HTTPServer.Configuration.bare.logger
            )
            let running = Task { try await group.run() }
            let response = try await client.get(server.url)
            try await expectEnd(response) { await group.triggerGracefulShutdown() }
            await client.close(force: true)
            try await running.value
        }
    }

    @Test("also the second request of a connection", arguments: [Transport.http1, .http2])
    func later(transport: Transport) async throws {
        try await withBoundServer(over: transport) { server, client in
            let group = ServiceGroup(
                services: [
                    server.service { request in
                        if request.target != "/first" { try await Self.stream(.cancelWhenGracefulShutdown)(request) }
                    }
                ],
                logger: HTTPServer.Configuration.bare.logger
            )
            let running = Task { try await group.run() }
            _ = try await client.get(server.url + "first").collect()
            try await expectEnd(try await client.get(server.url)) { await group.triggerGracefulShutdown() }
            await client.close(force: true)
            try await running.value
        }
    }

    @Test(
        "without a group, when the server is closed",
        arguments: Transport.allCases,
        Way.allCases.filter { !$0.needsGroup }
    )
    func closing(transport: Transport, way: Way) async throws {
        try await withServer(over: transport, .bare, Self.stream(way)) { server, client in
            try await expectEnd(try await client.get(server.url)) { await server.close() }
        }
    }

    @Test("on an executor of the user's")
    func executor() async throws {
        try await withServer(on: globalConcurrentExecutor, Self.stream(.cancelWhenShuttingDown)) { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.receive(through: "event\n")
            await server.close()
            #expect(try await client.receiveToEnd() == "\r\n4\r\nbye\n\r\n0\r\n\r\n")
        }
    }

    @Test("a handler that begins while the server closes hears of it at once")
    func late() async throws {
        let told = Events<Void>()
        try await withOpenRequest { request in
            while !request.isShuttingDown { try await Task.sleep(for: .milliseconds(5)) }
            await request.withShutdownHandler {
            } onShutdown: {
                told.add()
            }
        } test: { server, client in
            await server.close()
            try await told.next()
            #expect(try await client.response().status == 200)
        }
    }
}
