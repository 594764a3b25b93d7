import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a client does not take: how much of it the server holds.
@Suite("Bounds of what leaves", .timeLimit(.minutes(5)))
struct UnsentBoundsTests {
    private static let text = String(repeating: "0123456789abcdef", count: 65_536)

    /// How much a response holds in memory of its own, and how many bytes of it wait.
    private static func held(by request: HTTPServerRequest) async throws -> (capacity: Int, waiting: Int) {
        let exchange = request.response.exchange
        let connection = exchange.connection
        return try await exchange.executor.run {
            switch connection {
            case let stream as HTTP2ServerStream: (stream.output.capacity, stream.output.byteCount)
            case let connection as HTTP1ServerConnection:
                (connection.channel.output.capacity + connection.unsentBytes, connection.channel.output.byteCount)
            default: (Int.max, 0)
            }
        }
    }

    @Test("M8: a hundred responses of 1 MiB to a client whose windows stay at 0")
    func closedWindows() async throws {
        let held = Events<(capacity: Int, waiting: Int)>()
        try await withServer(.priorKnowledge) { request in
            try await request.response.end(Self.text)
            held.add(try await Self.held(by: request))
        } test: { server in
            let client = try await server.beginHTTP2((4, 0))
            client.send((0..<100).map { .request(UInt32($0 * 2 + 1)) })
            var (capacity, waiting) = (0, 0)
            for _ in 0..<100 {
                let one = try await held.next()
                capacity += one.capacity
                waiting += one.waiting
            }
            #expect(waiting == 100 << 20)
            #expect(capacity <= 100 * 65_536)
            // It is all there once it is asked for.
            client.send((1..<100).map { .reset(UInt32($0 * 2 + 1)) })
            client.send(.settings((4, 2_000_000)), .windowUpdate(0, 2_000_000))
            let reply = try await client.reply(1)
            #expect(reply.content.elementsEqual(Self.text.utf8))
        }
    }

    @Test("M8: a response of 64 MiB to a client of HTTP/1.1 that takes nothing", arguments: [false, true])
    func stalledClient(chunked: Bool) async throws {
        let held = Events<(capacity: Int, waiting: Int)>()
        let whole = String(repeating: Self.text, count: 64)
        try await withServer(.bare) { request in
            if chunked { request.response.trailers = [.eTag: "x"] }
            try await request.response.end(whole)
            var one = try await Self.held(by: request)
            // A channel that takes no more has at least 32 KiB in front of it.
            while one.capacity <= 32_768 {
                try await Task.sleep(for: .milliseconds(5))
                one = try await Self.held(by: request)
            }
            held.add(one)
        } test: { server in
            let client = try await server.connect(receiveBuffer: 65_536)
            try await client.pauseReading()
            client.send(get("/", "TE: trailers", "Connection: close"))
            let one = try await held.next()
            #expect(one.waiting > 4 << 20)
            #expect(one.capacity <= 512 << 10)
            try await client.resumeReading()
            let count = chunked ? try await client.countContent() : try await client.countFixedContent()
            #expect(count == whole.utf8.count)
        }
    }

    @Test("M8: a large response is followed by the next on the same connection")
    func pipelined() async throws {
        try await withServer(.bare) { request in
            try await request.response.end(request.target == "/small" ? "small" : Self.text)
        } test: { server in
            let client = try await server.connect()
            client.send(get("/large") + get("/small") + get("/large") + get("/small"))
            for expected in [Self.text, "small", Self.text, "small"] {
                let response = try await client.response()
                #expect(response.text == expected)
            }
        }
    }

    @Test("M8: messages for a WebSocket whose peer takes nothing wait with their senders")
    func webSocketMessages() async throws {
        let held = Events<Int>()
        let message = String(repeating: "x", count: 262_144)
        try await withServer(.bare) { request in
            var timeouts = WebSocket.Timeouts()
            // The last of them waits for all others.
            timeouts.send = nil
            let socket = try await WebSocket.upgrade(request, compression: .off, timeouts: timeouts)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<256 { group.addTask { try await socket.send(message) } }
                group.addTask {
                    // Until nothing moves any more.
                    var (last, same) = (-1, 0)
                    while same < 5 {
                        try await Task.sleep(for: .milliseconds(20))
                        let unsent = try await socket.connection.eventLoop.run {
                            socket.connection.connection.unsentBytes
                        }
                        same = unsent == last && unsent > 0 ? same + 1 : 0
                        last = unsent
                    }
                    held.add(last)
                }
                try await group.waitForAll()
            }
            await socket.close()
        } test: { server in
            let client = try await RawWebSocket(server, receiveBuffer: 65_536)
            try await client.raw.pauseReading()
            #expect(try await held.next() <= 2 * 262_144)
            try await client.raw.resumeReading()
            for _ in 0..<256 {
                let frame = try await client.frame()
                #expect(frame.opcode == 1)
                #expect(frame.payload.count == message.utf8.count)
            }
        }
    }

    @Test("R18: the end of a response, and its trailers, do not wait for the connection's window")
    func endsWithoutWindow() async throws {
        let begun = Events<Void>()
        let gate = Events<Void>()
        try await withServer(.priorKnowledge) { request in
            guard request.target != "/large" else { return try await request.response.end(Self.text) }
            try await request.response.flush()
            begun.add()
            try await gate.next()
            if request.target == "/trailers" { request.response.trailers = [.eTag: "x"] }
            try await request.response.end()
        } test: { server in
            let client = try await server.beginHTTP2((4, 1_000_000))
            client.send(.request(1, "GET", "/end"), .request(3, "GET", "/trailers"))
            try await begun.next()
            try await begun.next()
            // Takes the connection's window up.
            client.send(.request(5, "GET", "/large"))
            var received = 0
            while received < 65_535 {
                let frame = try await client.next(.data, stream: 5)
                received += frame.payload.count
            }
            #expect(received == 65_535)
            gate.add()
            gate.add()
            var ended: Set<UInt32> = []
            while ended.count < 2 {
                let frame = try await client.next()
                if frame.kind == .headers { _ = try client.fields(of: frame) }
                if frame.stream != 5, frame.flags & Frame.endStream != 0 { ended.insert(frame.stream) }
            }
            #expect(ended == [1, 3])
            // A stream that is reset while it waits for the window is not waited for.
            client.send(.reset(5), .request(7, "GET", "/large"), .windowUpdate(0, 2_000_000))
            let reply = try await client.reply(7)
            #expect(reply.content.count == Self.text.utf8.count)
        }
    }

    @Test("R16: a reader that is cancelled does not go on waiting")
    func cancelledReader() async throws {
        for turn in 0..<500 {
            let stream = BodyStream(eventLoop: RawClient.loop, announcedLength: nil) {}
            let reader = Task { try await stream.next(isFirst: true) }
            if turn.isMultiple(of: 2) { await Task.yield() }
            if turn.isMultiple(of: 3) { try await eventually { stream.isStarving } }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            #expect(!stream.isStarving)
        }
    }
}
