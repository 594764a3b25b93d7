import NIOCore
import NIOPosix
import Testing

@testable import Martlet

@Suite("maximumConnectionsPerAddress")
struct AddressLimitTests {
    private static let configuration = HTTPServer.Configuration.bare.with { $0.maximumConnectionsPerAddress = 2 }

    /// Whether the server answers on the connection; false if it closes that instead.
    private func isServed(_ client: RawClient) async -> Bool {
        client.send(get())
        return (try? await client.response().status) == 200
    }

    @Test("closes further ones at once, until one of the client's is closed", arguments: [true, false])
    func limit(onOwnLoops: Bool) async throws {
        let group = onOwnLoops ? nil : MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = Self.configuration.with { if let group { $0.eventLoopGroup = group } }
        try await withServer(configuration) { _ in
        } test: { server in
            let (first, second) = (try await server.connect(), try await server.connect())
            let areServed = (await isServed(first), await isServed(second))
            #expect(areServed == (true, true))
            for _ in 0..<10 {
                let third = try await server.connect()
                let isServed = await isServed(third)
                #expect(!isServed)
                await third.close()
            }
            // The others are not disturbed.
            let isUndisturbed = await isServed(second)
            #expect(isUndisturbed)
            await first.close()
            try await eventually { server.connectionCounts.total == 1 }
            // The place may be free a moment after the connection is counted no longer.
            for attempt in 1... {
                let next = try await server.connect()
                if await isServed(next) { break }
                try #require(attempt < 1_000)
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        try await group?.shutdownGracefully()
    }

    @Test("does not hold for trusted proxies, nor for peers on a Unix-domain socket")
    func exempt() async throws {
        try await withServer(Self.configuration.with { $0.trustedProxies = AddressRange.loopback }) { _ in
        } test: { server in
            for _ in 0..<5 {
                let isServed = await isServed(try await server.connect())
                #expect(isServed)
            }
        }
    }

    @Test("counts each client for itself, and forgets those without connections")
    func quota() {
        let quota = AddressQuota()
        let (one, other) = (ClientNetwork("192.0.2.1"), ClientNetwork("2001:db8::1"))
        #expect(quota.admit(one, limit: 1) && quota.admit(other, limit: 2) && quota.admit(other, limit: 2))
        #expect(!quota.admit(one, limit: 1) && !quota.admit(other, limit: 2))
        #expect(quota.count == 2)
        quota.release(one)
        #expect(quota.admit(one, limit: 1))
        quota.release(one)
        quota.release(other)
        quota.release(other)
        #expect(quota.count == 0)
        quota.release(one)
        #expect(quota.count == 0)
    }
}

@Suite("ClientNetwork")
struct ClientNetworkTests {
    @Test(
        "is an IPv4 address, or the /64 of an IPv6 address",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"),
            ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"), ("2001:db8:0:1::", "2001:db8:0:1::/64"),
            ("::1", "0:0:0:0::/64"), ("fe80::1%lo", "fe80:0:0:0::/64"),
        ]
    )
    func description(address: String, network: String) {
        #expect("\(ClientNetwork(InternetAddress(address)))" == network)
    }

    @Test("is one for all of a /64, and another for its neighbours")
    func equality() {
        #expect(ClientNetwork("2001:db8::1") == ClientNetwork("2001:db8::ffff:1"))
        #expect(ClientNetwork("2001:db8::1") != ClientNetwork("2001:db8:0:1::1"))
        #expect(ClientNetwork("0.0.0.0") != ClientNetwork("::"))
        #expect("\(ClientNetwork(.unix(path: "/a")))" == "unix:")
        #expect(ClientNetwork(.unix(path: "/a")) == ClientNetwork(.unix(path: "/b")))
    }
}
