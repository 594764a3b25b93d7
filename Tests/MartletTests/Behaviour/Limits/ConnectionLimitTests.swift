import Martlet
import NIOPosix
import NIOCore
import Testing

@Suite("maximumConnections")
struct ConnectionLimitTests {
    @Test("lets the next one wait until there is room")
    func waits() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = HTTPServer.Configuration.bare.with {
            $0.maximumConnections = 1
            $0.eventLoopGroup = group
        }
        try await withServer(configuration) { _ in
        } test: { server in
            let first = try await server.connect()
            first.send(get())
            _ = try await first.response()
            let second = try await server.connect()
            second.send(get())
            try await Task.sleep(for: .milliseconds(60))
            #expect(second.receivedBytes == 0)
            #expect(server.connectionCounts.total == 1)
            first.send(get())
            #expect(try await first.response().status == 200, "the first is not disturbed")
            await first.close()
            #expect(try await second.response().status == 200)
        }
        try await group.shutdownGracefully()
    }

    @Test("holds in a rush")
    func rush() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = HTTPServer.Configuration.bare.with {
            $0.maximumConnections = 3
            $0.eventLoopGroup = group
        }
        try await withBoundServer(configuration) { server in
            // They wait in the system's queue before the server looks at it for the first time.
            var clients: [RawClient] = []
            for _ in 0..<10 { clients.append(try await server.connect()) }
            let serving = Task { try await server.serve { _ in } }
            try await eventually { server.connectionCounts.total > 0 }
            for _ in 0..<20 {
                #expect(server.connectionCounts.total <= 3)
                try await Task.sleep(for: .milliseconds(2))
            }
            for client in clients {
                client.send(get())
                _ = try await client.response()
                await client.close()
            }
            await server.close(force: true)
            try await serving.value
        }
        try await group.shutdownGracefully()
    }
}
