import CLibrary
import Martlet
import NIOCore
import NIOPosix
import Testing

@Suite("A thousand clients that send a byte now and then")
struct SlowClientsTests {
    @Test("do not stop others, and are closed by the deadline")
    func thousand() async throws {
        let count = Self.raiseFileLimit(to: 4096) ? 1000 : 100
        let configuration = HTTPServer.Configuration.bare.with {
            $0.headTimeout = .seconds(3)
        }
        try await withServer(configuration) { request in
            try await request.response.end("served")
        } test: { server in
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let bootstrap = ClientBootstrap(group: group).connectTimeout(TimeAmount(RawClient.patience))
            let port = server.port
            var slow: [any Channel] = []
            for _ in 0..<count {
                let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
                channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\nX: "), promise: nil)
                slow.append(channel)
            }
            let channels = slow
            let dripping = Task {
                while !Task.isCancelled {
                    for channel in channels { channel.writeAndFlush(ByteBuffer(string: "a"), promise: nil) }
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
            for _ in 0..<20 {
                let response = try await server.response(to: get())
                #expect(response.text == "served")
            }
            try await eventually { channels.allSatisfy { !$0.isActive } }
            dripping.cancel()
            _ = await dripping.result
            let response = try await server.response(to: get())
            #expect(response.text == "served")
            try await eventually { server.connectionCounts.active == 0 }
            try await group.shutdownGracefully()
        }
    }

    /// Both ends of every connection are in this process.
    private static func raiseFileLimit(to count: UInt) -> Bool {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return false }
        if limit.rlim_cur < count {
            limit.rlim_cur = min(limit.rlim_max, rlim_t(count))
            setrlimit(resource, &limit)
        }
        return limit.rlim_cur >= count
    }
}
