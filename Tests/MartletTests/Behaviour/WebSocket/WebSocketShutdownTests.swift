import NIOCore
import NIOPosix
import Testing

@testable import Martlet

@Suite("WebSockets of a server that closes", .timeLimit(.minutes(5)))
struct WebSocketShutdownTests {
    private static let handler: HTTPServer.Handler = { request in
        let socket = try await WebSocket.upgrade(request)
        for try await _ in socket {}
    }

    /// Serves on one loop, so that the order of the WebSockets is one.
    private func withServer(
        _ time: HeldTime,
        spread: Duration,
        test: (HTTPServer) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = HTTPServer.Configuration.bare.with {
            $0.time = TimeSource(held: time)
            $0.eventLoopGroup = group
            $0.webSocketShutdownSpread = spread
        }
        try await MartletTests.withServer(configuration, Self.handler, test: test)
        try await group.shutdownGracefully()
    }

    private func open(_ count: Int, _ server: HTTPServer) async throws -> [RawWebSocket] {
        var clients: [RawWebSocket] = []
        for _ in 0..<count { clients.append(try await RawWebSocket(server)) }
        return clients
    }

    /// How many have been told, each with 1001 and nothing else.
    private func told(_ clients: [RawWebSocket]) -> Int {
        let bytes = clients.map { $0.raw.unreadBytes }
        #expect(bytes.allSatisfy { $0 == 0 || $0 == 4 })
        return bytes.count { $0 == 4 }
    }

    @Test("are told one after the other, 10 ms apart")
    func few() async throws {
        let time = HeldTime()
        try await withServer(time, spread: .seconds(2)) { server in
            let clients = try await open(5, server)
            let shutdown = Task { await server.shutdown() }
            try await eventually { told(clients) == 1 }
            for count in 2...5 {
                await time.advance(by: .milliseconds(9))
                #expect(told(clients) == count - 1)
                await time.advance(by: .milliseconds(1))
                try await eventually { told(clients) == count }
            }
            for client in clients {
                #expect(try await client.frame().closeCode == 1001)
                client.send(hexBytes("88 82 00 00 00 00 03 e9"))
                #expect(try await client.raw.expectEnd())
            }
            await shutdown.value
        }
    }

    @Test(
        "are told within the configured time, and within half of that which they have",
        arguments: [(100, 30_000), (10_000, 200)]
    )
    func spread(spread: Int, limit: Int) async throws {
        let time = HeldTime()
        try await withServer(time, spread: .milliseconds(spread)) { server in
            let clients = try await open(20, server)
            let shutdown = Task { await server.shutdown(within: .milliseconds(limit)) }
            try await eventually { told(clients) == 1 }
            // 5 ms apart, in both cases.
            await time.advance(by: .milliseconds(49))
            try await eventually { told(clients) == 10 }
            await time.advance(by: .milliseconds(46))
            try await eventually { told(clients) == 20 }
            await server.close(force: true)
            await shutdown.value
        }
    }

    @Test("are all told at once if that is what the configuration says")
    func none() async throws {
        let time = HeldTime()
        try await withServer(time, spread: .zero) { server in
            let clients = try await open(5, server)
            await server.close()
            try await eventually { told(clients) == 5 }
        }
    }

    @Test("do not wait for it when the server is closed with force, nor hold it up when they end before")
    func ends() async throws {
        let time = HeldTime()
        try await withServer(time, spread: .seconds(2)) { server in
            let clients = try await open(3, server)
            await server.close()
            for client in clients { await client.raw.close() }
            try await eventually { server.connectionCounts.total == 0 }
            await time.advance(by: .seconds(3))
        }
        try await withServer(time, spread: .seconds(2)) { server in
            let clients = try await open(3, server)
            await server.close(force: true)
            for client in clients { _ = try? await client.raw.receiveToEnd() }
            #expect(server.connectionCounts.total == 0)
        }
    }

    @Test("are told at once if they are accepted while it closes")
    func late() async throws {
        let (arrived, release) = (Events<Void>(), Events<Void>())
        try await MartletTests.withServer { request in
            arrived.add()
            try await release.next()
            try await Self.handler(request)
        } test: { server in
            async let opening = RawWebSocket(server)
            try await arrived.next()
            await server.close()
            release.add()
            #expect(try await opening.frame().closeCode == 1001)
        }
    }
}
