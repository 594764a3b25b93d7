import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("detachSocket")
struct DetachTests {
    private static let echo: @Sendable (DetachedSocket) async throws -> Void = { socket in
        for try await bytes in socket.inbound { try await socket.write(bytes) }
        await socket.close()
    }

    @Test("sends the head, then belongs to the handler, with what has come after the request")
    func withHead() async throws {
        try await withServer { request in
            request.response.status = .switchingProtocols
            request.response.headers[.connection] = "Upgrade"
            request.response.headers[.upgrade] = "echo"
            let socket = try await request.response.detachSocket()
            #expect(socket.connectionInfo == request.connectionInfo)
            try await Self.echo(socket)
        } test: { server in
            let client = try await server.connect()
            client.send(get("/", "Connection: upgrade", "Upgrade: echo") + "early\u{1}")
            let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
            #expect(try await client.receive(head.utf8.count + 6) == head + "early\u{1}")
            client.send("GET / HTTP/1.1\r\n\r\n")
            #expect(try await client.receive(18) == "GET / HTTP/1.1\r\n\r\n", "it is HTTP no more")
            client.finishSending()
            #expect(try await client.expectEnd())
        }
    }

    @Test("can leave the head out")
    func withoutHead() async throws {
        try await withServer { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            try await socket.write("raw")
            await socket.close()
        } test: { server in
            let text = try await server.transcript(of: get())
            #expect(text == "raw")
        }
    }

    @Test("makes a tunnel of CONNECT")
    func connect() async throws {
        try await withServer { request in
            try await Self.echo(try await request.response.detachSocket())
        } test: { server in
            let client = try await server.connect()
            client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nhello")
            let head = "HTTP/1.1 200 OK\r\n\r\n"
            #expect(try await client.receive(head.utf8.count + 5) == head + "hello")
        }
    }

    @Test("is too late once the head was sent, and can be done once")
    func misuse() async throws {
        try await withServer { request in
            if request.target == "/twice" {
                let socket = try await request.response.detachSocket(writeHeaders: false)
                await #expect(throws: HTTPServerError.self) { try await request.response.detachSocket() }
                await #expect(throws: HTTPServerError.self) { try await request.response.write("x") }
                return await socket.close()
            }
            try await request.response.write("a")
            await #expect(throws: HTTPServerError.headAlreadySent) { try await request.response.detachSocket() }
        } test: { server in
            #expect(try await server.response(to: get()).text == "a")
            let text = try await server.transcript(of: get("/twice"))
            #expect(text == "")
        }
    }

    @Test("lives on when the handler has returned")
    func outlivesHandler() async throws {
        let sockets = Events<DetachedSocket>()
        try await withServer { request in
            sockets.add(try await request.response.detachSocket(writeHeaders: false))
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            let socket = try await sockets.next()
            try await socket.write("still here")
            #expect(try await client.receive(10) == "still here")
            await socket.closeOutput()
            #expect(try await client.expectEnd())
            client.send("and back")
            var iterator = socket.inbound.makeAsyncIterator()
            let answer = try await iterator.next()
            #expect(answer == ByteBuffer(string: "and back"))
            client.finishSending()
            let end = try await iterator.next()
            #expect(end == nil)
            await socket.close()
        }
    }

    @Test("closes after what was written")
    func closesAfterWrites() async throws {
        let size = 3_000_000
        try await withServer { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            let writing = Task { try await socket.write(ByteBuffer(repeating: 0x61, count: size)) }
            try await writing.value
            await socket.close()
        } test: { server in
            let client = try await server.connect(receiveBuffer: 16_384)
            client.send(get())
            let count = try await client.receiveToEnd().utf8.count
            #expect(count == size)
        }
    }

    @Test("tells when the peer is gone")
    func peerGone() async throws {
        let failed = Events<Void>()
        try await withServer { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            do {
                while true { try await socket.write(ByteBuffer(repeating: 0x61, count: 50_000)) }
            } catch {
                failed.add()
            }
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.receive(1000)
            try await client.reset()
            try await failed.next()
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("has no deadlines of HTTP's, and ends with a forced close")
    func deadlines() async throws {
        let (time, detached) = (HeldTime.forTest(), Events<Void>())
        try await withServer(.bare.held(by: time).with { $0.handlerTimeout = .seconds(60) }) { request in
            let socket = try await request.response.detachSocket(writeHeaders: false)
            detached.add()
            try await Self.echo(socket)
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            try await detached.next()
            await time.advance(by: .seconds(600))
            client.send("late")
            #expect(try await client.receive(4) == "late")
            await server.close(force: true)
            #expect(try await client.expectEnd())
        }
    }
}
