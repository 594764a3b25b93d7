import Dispatch
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

@Suite("A server that closes loses no request that is on its way", .timeLimit(.minutes(5)))
struct GracefulCloseTests {
    private static let lastResponse = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nserved"
    private static let handler: HTTPServer.Handler = { try await $0.response.end("served") }

    /// Connections that have been used a moment ago, have just been opened, and have sent a part of a head.
    @Test("on a connection that is hardly idle", arguments: [true, false])
    func idle(onOwnLoops: Bool) async throws {
        let time = HeldTime()
        let group = onOwnLoops ? nil : MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = HTTPServer.Configuration.bare.with {
            $0.time = TimeSource(held: time)
            if let group { $0.eventLoopGroup = group }
        }
        try await withServer(configuration, Self.handler) { server in
            let (used, opened, begun) = (
                try await server.connect(), try await server.connect(), try await server.connect()
            )
            used.send(get())
            #expect(try await used.response().text == "served")
            begun.send("GET / HTT")
            try await eventually { server.connectionCounts.active == 1 && server.connectionCounts.idle == 2 }
            await server.close()
            await time.advance(by: .milliseconds(499))
            #expect(server.connectionCounts.total == 3)
            used.send(get() + get("/never"))
            opened.send(get())
            begun.send("P/1.1\r\nHost: a\r\n\r\n")
            for client in [used, opened, begun] {
                #expect(try await client.receiveToEnd() == Self.lastResponse)
            }
        }
        try await group?.shutdownGracefully()
    }

    @Test("and closes those that send none in that time, or have been idle for longer")
    func idleForLong() async throws {
        let time = HeldTime()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.time = TimeSource(held: time)
            $0.minimumIdleTime = .seconds(2)
        }
        try await withServer(configuration, Self.handler) { server in
            let old = try await server.connect()
            old.send(get())
            _ = try await old.response()
            await time.advance(by: .seconds(4))
            let new = try await server.connect()
            new.send(get())
            _ = try await new.response()
            await server.close()
            #expect(try await old.expectEnd())
            try await eventually { server.connectionCounts.total == 1 }
            await time.advance(by: .milliseconds(1_999))
            #expect(server.connectionCounts.total == 1)
            await time.advance(by: .milliseconds(1))
            #expect(try await new.expectEnd())
        }
    }

    @Test("with zero for minimumIdleTime it closes them all at once")
    func atOnce() async throws {
        let time = HeldTime()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.time = TimeSource(held: time)
            $0.minimumIdleTime = .zero
        }
        try await withServer(configuration, Self.handler) { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.response()
            await server.close()
            #expect(try await client.expectEnd())
        }
    }

    @Test("over HTTP/2, of a client that has just connected")
    func fresh() async throws {
        let time = HeldTime()
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.time = TimeSource(held: time) }
        try await withServer(configuration, Self.handler) { server in
            let (fresh, used) = (HTTP2Client(try await server.connect()), HTTP2Client(try await server.connect()))
            try await fresh.begin()
            try await used.begin()
            let request = hexBytes("00 00 06 01 05 00 00 00 01 82 86 84 41 01 61")
            used.send(request)
            let first = try await used.reply(1)
            #expect(first.text == "served")
            await server.close()
            // A client that has sent requests knows which of them are answered.
            let atOnce = try await used.next(.goAway)
            #expect(atOnce.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
            await time.advance(by: .milliseconds(499))
            fresh.send(request)
            let reply = try await fresh.reply(1)
            #expect(reply.text == "served" && !reply.frames.contains { $0.kind == .goAway })
            await time.advance(by: .milliseconds(1))
            let later = try await fresh.next(.goAway)
            #expect(later.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
        }
    }

    @Test("after a response whose head did not say that the connection closes")
    func untold() async throws {
        let (arrived, release) = (Events<Void>(), Events<Void>())
        let time = HeldTime()
        try await withServer(.bare.with { $0.time = TimeSource(held: time) }) { request in
            guard request.target == "/slow" else { return try await request.response.end("served") }
            request.response.contentLength = 2
            try await request.response.write("a")
            try await request.response.flush()
            arrived.add()
            try await release.next()
            try await request.response.write("b")
        } test: { server in
            let client = try await server.connect()
            client.send(get("/slow"))
            try await arrived.next()
            await server.close()
            await time.advance(by: .seconds(5))
            release.add()
            #expect(try await client.response().text == "ab")
            await time.advance(by: .milliseconds(499))
            client.send(get())
            #expect(try await client.receiveToEnd() == Self.lastResponse)
        }
    }

    #if os(Linux)
        @Test("on a connection that waits to be accepted")
        func waiting() async throws {
            let group = try EpollEventLoopGroup(loopCount: 1)
            let (arrived, release) = (Events<Void>(), DispatchSemaphore(value: 0))
            // No time passes in which a connection could count as idle before its request is read.
            let time = HeldTime.forTest()
            let configuration = HTTPServer.Configuration.bare.held(by: time).with { $0.eventLoopGroup = group }
            try await withServer(configuration) { request in
                if request.target == "/block" {
                    arrived.add()
                    // The only loop hangs, and accepts nothing.
                    Self.wait(release)
                }
                try await request.response.end("served")
            } test: { server in
                let first = try await server.connect()
                first.send(get("/block"))
                try await arrived.next()
                var clients: [RawClient] = []
                for _ in 0..<100 {
                    let client = try await server.connect()
                    try await client.channel.writeAndFlush(ByteBuffer(string: get())).get()
                    clients.append(client)
                }
                let closing = Task { await server.close() }
                release.signal()
                for client in [first] + clients {
                    #expect(try await client.response().text == "served")
                }
                // For those that were answered before the server began to close.
                await time.advance(by: .seconds(1))
                for client in [first] + clients {
                    #expect(try await client.expectEnd())
                }
                await closing.value
            }
        }

        private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

        @Test("which comes to another server of the same port", arguments: [true, false])
        func shared(onOwnLoops: Bool) async throws {
            let group = onOwnLoops ? nil : MultiThreadedEventLoopGroup(numberOfThreads: 2)
            let configuration = HTTPServer.Configuration.bare.with {
                // On a busy machine a request may take longer than half a second to follow its connection.
                $0.minimumIdleTime = .seconds(20)
                if let group { $0.eventLoopGroup = group }
            }
            var old = try await HTTPServer.bind(.loopbackIPv4, port: 0, shared: true, configuration: configuration)
            let port = old.port
            var serving = Task { [old] in try await old.serve(Self.handler) }
            let clients = Task {
                var count = 0
                while !Task.isCancelled {
                    let client = try await RawClient.connect(port: port)
                    client.send(get())
                    let response = try await client.response()
                    #expect(response.text == "served")
                    await client.close()
                    count += 1
                }
                return count
            }
            for _ in 0..<5 {
                let new = try await HTTPServer.bind(
                    .loopbackIPv4,
                    port: port,
                    shared: true,
                    configuration: configuration
                )
                let newServing = Task { try await new.serve(Self.handler) }
                try await eventually { new.run != nil }
                await old.shutdown()
                try await serving.value
                (old, serving) = (new, newServing)
            }
            clients.cancel()
            let count = try await clients.value
            #expect(count > 0)
            await old.close(force: true)
            try await serving.value
            try await group?.shutdownGracefully()
        }
    #endif
}
