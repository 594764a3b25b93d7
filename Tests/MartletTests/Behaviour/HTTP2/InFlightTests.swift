import HTTPTypes
import Martlet
import NIOCore
import Testing

/// What a peer has sent before it hears that a stream is gone is dropped (RFC 9113 section 5.1): it counts for the
/// connection's window, its field blocks are decoded, and nothing else comes of it.
@Suite("HTTP/2: frames on their way to a stream that is gone")
struct InFlightTests {
    /// Why the server resets stream 3: what it is sent, and what it answers.
    private static let causes: [(name: String, frames: [Frame], code: UInt32)] = [
        ("refused, since there are too many", [.request(3, "POST", "/", end: false)], 7),
        ("an upper-case name", [.request(3, "POST", "/", [("X", "y")], end: false)], 1),
        ("no :path", [.headers(3, Array(Frame.pseudo("POST").dropLast()), end: false)], 1),
        ("a field of connections", [.request(3, "POST", "/", [("connection", "close")], end: false)], 1),
        (
            "a stream that depends on itself",
            [Frame(.headers, 0x24, stream: 3, [0, 0, 0, 3, 1] + Frame.block(Frame.pseudo("POST")))], 1
        ),
        (
            "more content than announced",
            [.request(3, "POST", "/wait", [("content-length", "1")], end: false), .data(3, "ab", end: false)], 1
        ),
        (
            "less content than announced",
            [.request(3, "POST", "/wait", [("content-length", "3")], end: false), .data(3, "ab")], 1
        ),
        ("a window that grows by nothing", [.request(3, "POST", "/wait", end: false), .windowUpdate(3, 0)], 1),
        (
            "trailers that don't end the stream",
            [.request(3, "POST", "/wait", end: false), .headers(3, [("a", "b")], end: false)], 1
        ),
        ("a handler that throws in the middle of its response", [.request(3, "POST", "/broken", end: false)], 2),
        ("DATA after the end", [.request(3, "POST", "/wait"), .data(3, "x")], 5),
        ("HEADERS after the end", [.request(3, "POST", "/wait"), .headers(3, [("a", "b")])], 5),
        ("DATA on a stream that its client has reset", [.request(3, "POST", "/wait"), .reset(3), .data(3, "x")], 5),
    ]

    /// A field that whoever decodes it remembers.
    private static let kept: [UInt8] = [0x40] + Frame.text("x-kept") + Frame.text("yes")

    /// What may be on its way to stream 3.
    private static let inFlight: [(name: String, frames: [Frame])] = [
        ("content", [.data(3, "x", end: false), .data(3, "y")]),
        ("content without bytes", [.data(3)]),
        ("padded content", [Frame(.data, 9, stream: 3, [2, 0x78, 0, 0])]),
        ("trailers", [.headers(3, [("a", "b")])]),
        ("content and trailers", [.data(3, "x", end: false), .headers(3, [("a", "b")])]),
        ("trailers in parts", [Frame(.headers, 1, stream: 3), Frame(.continuation, 4, stream: 3)]),
        ("trailers that don't end it", [.headers(3, [("a", "b")], end: false), .data(3)]),
        ("malformed trailers", [.headers(3, [(":path", "/"), ("A", "b")])]),
        ("trailers that depend on themselves", [Frame(.headers, 0x25, stream: 3, [0, 0, 0, 3, 1])]),
        ("a reset", [.reset(3)]),
        ("content and a reset", [.data(3, "x", end: false), .reset(3)]),
        ("room for the response", [.windowUpdate(3, 1_000)]),
        ("no room for the response", [.windowUpdate(3, 0)]),
        ("too much room for it", [.windowUpdate(3, 0x7FFF_FFFF), .windowUpdate(3, 0x7FFF_FFFF)]),
        ("a priority", [Frame(.priority, stream: 3, [0, 0, 0, 0, 1])]),
        ("a priority of itself", [Frame(.priority, stream: 3, [0, 0, 0, 3, 1])]),
        ("a priority of 4 bytes", [Frame(.priority, stream: 3, [0, 0, 0, 1])]),
    ]

    private static func kept(_ fields: HTTPFields) -> String? {
        HTTPField.Name("x-kept").flatMap { fields[$0] }
    }

    @Sendable
    private static func answer(_ request: HTTPServerRequest) async throws {
        switch request.target {
        case "/wait": try await untilCancelled()
        case "/broken":
            try await request.response.write("half of ")
            try await request.response.flush()
            throw CancellationError()
        default: try await request.response.end(Self.kept(request.headers) ?? "ok")
        }
    }

    @Test("S1: They are dropped by the server, whatever it has reset the stream for", arguments: causes.indices)
    func dropped(index: Int) async throws {
        let cause = Self.causes[index]
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.http2.maximumConcurrentStreams = index == 0 ? 1 : 100
        }
        try await withServer(configuration, Self.answer) { server in
            for (name, frames) in Self.inFlight + [("all of it", Self.inFlight.flatMap(\.frames))] {
                let client = try await server.beginHTTP2()
                client.send(.request(1, "GET", "/wait"))
                let last = Frame(.headers, 5, stream: 3, Self.kept)
                client.send(cause.frames + frames + [last, .ping()])
                let what = "\(cause.name), then \(name)"
                #expect(try await said(to: client) == ["reset 3 \(cause.code)"], "\(what)")
                // The others go on, and the field that came with the dropped block is remembered.
                if index == 0 { client.send(.reset(1)) }
                var (text, stream) = ("", UInt32(5))
                // Where there was room for one, it is free when the handler has heard of the reset.
                repeat {
                    client.send(Frame(.headers, 5, stream: stream, Frame.block(Frame.pseudo()) + [0xBE]))
                    text = try await client.reply(stream).text
                    stream += 2
                } while text.isEmpty && stream < 100
                #expect(text == "yes", "\(what)")
                await client.raw.close()
            }
        }
    }

    /// What the server says about streams, and the connection, until it answers two PINGs, of which one was sent.
    private func said(to client: HTTP2Client) async throws -> [String] {
        var said: [String] = []
        var pings = 0
        while pings < 2 {
            let frame = try await client.next()
            switch frame.kind {
            case .reset: said.append("reset \(frame.stream) \(frame.word(at: 0) ?? 0)")
            case .goAway: said.append("goAway \(frame.word(at: 4) ?? 0)")
            case .headers: _ = try client.fields(of: frame)
            case .ping:
                pings += 1
                if pings == 1 { client.send(.ping()) }
            default: break
            }
        }
        return said
    }

    @Test("S1: The 101st POST at once, in one flight, does no harm to the other hundred, nor do many more")
    func manyAtOnce() async throws {
        let gate = Events<Void>()
        try await withServer(.priorKnowledge) { request in
            let count = try await request.collect().readableBytes
            try await gate.next()
            try await request.response.end("\(count)")
        } test: { server in
            let client = try await server.beginHTTP2()
            let numbers = (0..<130).map { UInt32($0 * 2 + 1) }
            // All heads come before all contents, as they do from a client that has not heard of the limit.
            client.send(numbers.map { .request($0, "POST", "/", end: false) })
            client.send(numbers.flatMap { [Frame.data($0, "ab", end: false), .data($0, "c", end: false)] })
            client.send(numbers.map { .headers($0, [("a", "b")]) } + [.ping()])
            let said = try await said(to: client)
            #expect(said == numbers.suffix(30).map { "reset \($0) 7" })
            for _ in 0..<100 { gate.add() }
            var answered = 0
            while answered < 100 {
                let frame = try await client.next()
                #expect(frame.kind != .reset && frame.kind != .goAway)
                if frame.kind == .headers { _ = try client.fields(of: frame) }
                if frame.kind == .data, frame.flags & Frame.endStream != 0 { answered += 1 }
            }
        }
    }

    @Test("S1: What is dropped counts for the connection's window, which opens again")
    func window() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.http2.connectionWindow = 65_535 }
        try await withServer(configuration, Self.answer) { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", "/", [("X", "y")], end: false))
            let chunk = String(repeating: "x", count: 16_384)
            var window = 65_535
            for _ in 0..<20 {
                while window < chunk.utf8.count {
                    let frame = try await client.next(.windowUpdate)
                    #expect(frame.stream == 0)
                    window += Int(frame.word(at: 0) ?? 0)
                }
                client.send(.data(1, chunk, end: false))
                window -= chunk.utf8.count
            }
            client.send(.request(3))
            #expect(try await client.reply(3).text == "ok")
        }
    }

    @Test("R5: They are dropped after the last GOAWAY, and the responses that are on their way are sent")
    func afterGoAway() async throws {
        let (started, gate) = (Events<Void>(), Events<Void>())
        try await withServer(.priorKnowledge) { request in
            started.add()
            try await gate.next()
            try await request.response.end(Self.kept(request.headers) ?? request.target)
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "GET", "/1"))
            try await started.next()
            let closing = Task { await server.shutdown() }
            let ping = try await client.next(.ping)
            // This one was on its way when the server said that it would go, and is served.
            client.send(Frame(.headers, 5, stream: 3, Frame.block(Frame.pseudo("GET", "/3"))))
            try await started.next()
            client.send(.ping(ping.payload, flags: Frame.ack))
            #expect(try await client.next(.goAway).word(at: 0) == 3)
            for (index, (_, frames)) in Self.inFlight.enumerated() {
                let stream = UInt32(5 + 2 * index)
                client.send(.request(stream, "POST", "/late", [("X", "y")], end: false))
                client.send(
                    frames.map { frame in
                        var frame = frame
                        frame.stream = stream
                        if let dependency = frame.payload.firstIndex(of: 3), frame.kind == .priority {
                            frame.payload[dependency] = UInt8(stream)
                        }
                        return frame
                    }
                )
            }
            client.send(.request(201, "POST", "/late", end: false), .data(201, "x", end: false))
            client.send(Frame(.headers, 5, stream: 201, Self.kept), .ping())
            #expect(try await said(to: client) == [])
            gate.add()
            gate.add()
            var texts: [String] = []
            for _ in 0..<2 { texts.append(String(decoding: try await client.next(.data).payload, as: UTF8.self)) }
            #expect(texts.sorted() == ["/1", "/3"])
            #expect(try await client.raw.expectEnd())
            await client.raw.close()
            await closing.value
        }
    }

    @Test("S1: Blocks for streams that are gone are not taken without end")
    func flood() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.http2.maximumControlFrames = 50 }
        try await withServer(configuration, Self.answer) { server in
            for frame in [Frame.headers(1, [("a", "b")]), .windowUpdate(1, 0), .reset(1), .data(1, end: false)] {
                let client = try await server.beginHTTP2()
                client.send(.request(1, "POST", "/", [("X", "y")], end: false))
                client.send(Array(repeating: frame, count: 100))
                #expect(try await client.goAway() == 0xB, "\(frame)")
            }
        }
    }

    // MARK: The client

    /// What a server may still send for stream 1, and all of it at the end.
    private static let late: [(name: String, frames: [Frame])] = [
        ("a response", [.headers(1, [(":status", "200")])]),
        ("a response in parts", [Frame(.headers, 1, stream: 1, [0x88]), Frame(.continuation, 4, stream: 1)]),
        ("an informational response", [.headers(1, [(":status", "103")], end: false)]),
        ("content", [.data(1, "x", end: false), .data(1)]),
        ("a whole response", [.headers(1, [(":status", "200")], end: false), .data(1, "x", end: false)]),
        ("trailers", [.headers(1, [("a", "b")])]),
        ("nonsense", [.headers(1, [("A", "b")]), .headers(1, [("a", "b")], end: false)]),
        ("a reset", [.reset(1), .reset(1)]),
        ("room", [.windowUpdate(1, 1), .windowUpdate(1, 0), .windowUpdate(1, 0x7FFF_FFFF)]),
        ("priorities", [Frame(.priority, stream: 1, [0, 0, 0, 1, 1]), Frame(.priority, stream: 1, [0])]),
    ]

    @Test("S1: They are dropped by the client, which has lost interest, or found fault", arguments: [false, true])
    func droppedByClient(isMalformed: Bool) async throws {
        for (name, frames) in Self.late + [("all of it", Self.late.flatMap(\.frames))] {
            let (arrived, said) = (Events<Void>(), Events<[HTTP2Peer.FrameType]>())
            try await withHTTP2Peer {
                $0.maximumRetries = 0
            } script: { peer, _ in
                _ = try peer.request()
                arrived.add()
                if isMalformed { try peer.headers(1, [":status": "200", "A": "b"]) }
                guard try peer.next(.reset).stream == 1 else { return }
                let block = Frame(.headers, 5, stream: 1, Self.kept)
                try peer.connection.write((frames + [block, .ping()]).flatMap(\.bytes))
                var frames: [HTTP2Peer.FrameType] = []
                while frames.last != .ping { frames.append(try peer.read().type) }
                said.add(frames)
                let next = try peer.request()
                try peer.connection.write(Frame(.headers, 5, stream: UInt32(next.stream), [0x88, 0xBE]).bytes)
            } test: { client, url in
                let first = Task { try await client.get(url) }
                try await arrived.next()
                if !isMalformed { first.cancel() }
                await #expect(throws: (any Error).self) { try await first.value }
                let frames = try await said.next().filter { $0 != .settings && $0 != .windowUpdate }
                #expect(frames == [.ping], "\(name)")
                let second = try await client.get(url)
                #expect(Self.kept(second.headers) == "yes", "\(name)")
            }
        }
    }
}
