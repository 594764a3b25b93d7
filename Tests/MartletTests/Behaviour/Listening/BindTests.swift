import CLibrary
import Martlet
import NIOCore
import NIOPosix
import Testing

@Suite("HTTPServer.bind")
struct BindTests {
    @Test(
        "takes IP addresses, names and the constants",
        arguments: [
            (.loopbackIPv4, "127.0.0.1", "127.0.0.1"), (.anyIPv4, "0.0.0.0", "127.0.0.1"),
            (.loopbackIPv6, "::1", "::1"), (.anyIPv6, "::", "::1"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.1"), ("::1", "::1", "::1"), ("[::1]", "::1", "::1"),
        ] as [(InternetAddress, String, String)]
    )
    func addresses(address: InternetAddress, host: String, reachedAt: String) async throws {
        try await serving(at: address) { server in
            #expect(server.address.host == host)
            #expect(server.port > 0)
            let client = try await RawClient.connect(to: reachedAt, port: server.port)
            client.send(get())
            #expect(try await client.response().text == "served")
        }
    }

    @Test("looks a name up and takes its first address")
    func name() async throws {
        try await serving(at: "localhost") { server in
            #expect(server.address.isLoopback && server.address.kind != .name)
            let client = try await RawClient.connect(to: server.address.host, port: server.port)
            client.send(get())
            #expect(try await client.response().text == "served")
        }
    }

    @Test("refuses a name that nobody knows")
    func unknownName() async throws {
        let error = await #expect(throws: SocketError.self) {
            try await HTTPServer.bind(InternetAddress(Self.unknownName), port: 0)
        }
        #expect(error?.description == "Couldn't look up \(Self.unknownName): no address is known for this name")
    }

    @Test("refuses a port that is none", arguments: [-1, 65_536, .max, .min])
    func badPort(port: Int) async throws {
        let error = await #expect(throws: SocketError.self) { try await HTTPServer.bind(.loopbackIPv4, port: port) }
        #expect(error?.description == "Couldn't listen on port \(port): a port is between 0 and 65535")
    }

    @Test("serves IPv4 on :: too, unless v6Only")
    func dualStack() async throws {
        try await serving(at: .anyIPv6) { server in
            let client = try await RawClient.connect(to: "127.0.0.1", port: server.port)
            client.send(get())
            #expect(try await client.response().text == "served")
        }
        try await serving(at: .anyIPv6, v6Only: true) { server in
            let client = try await RawClient.connect(to: "::1", port: server.port)
            client.send(get())
            #expect(try await client.response().text == "served")
            await #expect(throws: (any Error).self) { try await RawClient.connect(to: "127.0.0.1", port: server.port) }
        }
    }

    @Test("gives each server on port 0 a port of its own")
    func ephemeralPorts() async throws {
        let first = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        let second = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        #expect(first.port != second.port)
        #expect(first.url == "http://127.0.0.1:\(first.port)/")
        await first.close()
        await second.close()
    }

    @Test("refuses a port that another server has, however many event loops that one listens on", arguments: [1, 4])
    func takenPort(loops: Int) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let configuration = HTTPServer.Configuration.bare.with { $0.eventLoopGroup = group }
        let first = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        for isServing in [false, true] {
            let serving = isServing ? Task { try await first.serve { _ in } } : nil
            if isServing {
                let client = try await first.connect()
                client.send(get())
                _ = try await client.response()
            }
            let error = await #expect(throws: SocketError.self) {
                try await HTTPServer.bind(.loopbackIPv4, port: first.port, configuration: configuration)
            }
            #expect(error?.isAddressInUse == true)
            #expect(error?.operation == "listen on 127.0.0.1:\(first.port)")
            if let serving {
                await first.close(force: true)
                try await serving.value
            }
        }
        try await group.shutdownGracefully()
    }

    @Test("lets servers that are all shared have the same port, and both are served")
    func shared() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = HTTPServer.Configuration.bare.with { $0.eventLoopGroup = group }
        let first = try await HTTPServer.bind(.loopbackIPv4, port: 0, shared: true, configuration: configuration)
        let second = try await HTTPServer.bind(
            .loopbackIPv4,
            port: first.port,
            shared: true,
            configuration: configuration
        )
        let servings = [(first, "first"), (second, "second")].map { server, name in
            Task { try await server.serve { try await $0.response.end(name) } }
        }
        // Both listen already; the system decides by the client's port which of them gets the connection.
        var names: Set<String> = []
        for _ in 0..<200 where names.count < 2 {
            names.insert(try await first.response(to: get()).text)
        }
        #expect(names == ["first", "second"])
        await first.close()
        let left = try await second.response(to: get()).text
        #expect(left == "second")
        await second.close()
        for serving in servings { try await serving.value }
        try await group.shutdownGracefully()
    }

    @Test("refuses a port that a shared server has to one that is not shared")
    func notSharedAfterShared() async throws {
        let first = try await HTTPServer.bind(.loopbackIPv4, port: 0, shared: true)
        let error = await #expect(throws: SocketError.self) {
            try await HTTPServer.bind(.loopbackIPv4, port: first.port)
        }
        #expect(error?.isAddressInUse == true)
        await first.close()
    }

    @Test("refuses a port that a server without sharing has to one that is shared", arguments: [1, 3])
    func sharedAfterNotShared(loops: Int) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let configuration = HTTPServer.Configuration.bare.with { $0.eventLoopGroup = group }
        let first = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        let error = await #expect(throws: SocketError.self) {
            try await HTTPServer.bind(.loopbackIPv4, port: first.port, shared: true)
        }
        #expect(error?.isAddressInUse == true)
        await first.close()
        try await group.shutdownGracefully()
    }

    @Test("uses every event loop it has")
    func allLoops() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let configuration = HTTPServer.Configuration.bare.with { $0.eventLoopGroup = group }
        let loops = Shared<Set<ObjectIdentifier>>([])
        try await withServer(configuration) { _ in
            if let loop = MultiThreadedEventLoopGroup.currentEventLoop {
                loops.change { _ = $0.insert(ObjectIdentifier(loop)) }
            }
        } test: { server in
            for _ in 0..<200 where loops.value.count < 3 {
                _ = try await server.response(to: get())
            }
        }
        #expect(loops.value.count == 3)
        try await group.shutdownGracefully()
    }

    @Test("gives a port back when it is closed, even with connections that were served")
    func rebindAtOnce() async throws {
        var port = 0
        for _ in 0..<3 {
            let server = try await HTTPServer.bind(.loopbackIPv4, port: port, configuration: .bare)
            port = server.port
            let serving = Task { try await server.serve { _ in } }
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            await server.close()
            // The server has closed first, so its end of the connection is in TIME_WAIT.
            #expect(try await client.expectEnd())
            try await serving.value
        }
    }

    @Test("takes a backlog", arguments: [0, 1, 5, 100_000])
    func backlog(backlog: Int) async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, backlog: backlog, configuration: .bare)
        let waiting = try await server.connect()
        waiting.send(get())
        let serving = Task { try await server.serve { try await $0.response.end("at last") } }
        #expect(try await waiting.response().text == "at last")
        await server.close()
        try await serving.value
    }

    private func serving(
        at address: InternetAddress,
        v6Only: Bool = false,
        _ test: (HTTPServer) async throws -> Void
    ) async throws {
        let server = try await HTTPServer.bind(address, port: 0, v6Only: v6Only, configuration: .bare)
        let serving = Task { try await server.serve { try await $0.response.end("served") } }
        try await test(server)
        await server.close(force: true)
        try await serving.value
    }

    /// Longer than a label may be, so that no resolver has to be asked.
    private static let unknownName = String(repeating: "a", count: 64)
}
