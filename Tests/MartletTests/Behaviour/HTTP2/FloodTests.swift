import Martlet
import NIOCore
import Testing

@Suite("HTTP/2: clients that mean harm")
struct FloodTests {
    /// Serves, lets `attack` have a connection, and looks whether another client is served before, meanwhile and after.
    private func withServer(
        _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
        handler: @escaping HTTPServer.Handler = FloodTests.answer,
        attack: (HTTP2Client) async throws -> Void
    ) async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.http2.maximumControlFrames = 50
            $0.http2.maximumAbandonedStreams = 20
            change(&$0)
        }
        try await MartletTests.withServer(configuration, handler) { server in
            let polite = try await server.beginHTTP2()
            polite.send(.request(1))
            #expect(try await polite.reply(1).text == "ok")
            let client = try await server.beginHTTP2()
            try await attack(client)
            polite.send(.request(3))
            #expect(try await polite.reply(3).text == "ok")
            // Nothing is left of what the attacker has begun.
            await client.raw.close()
            try await eventually { server.connectionCounts.total == 1 }
        }
    }

    @Sendable
    private static func answer(_ request: HTTPServerRequest) async throws {
        switch request.target {
        case "/wait": try await untilCancelled()
        case "/read": try await request.response.end("\(try await request.collect().readableBytes)")
        default: try await request.response.end("ok")
        }
    }

    private static let calm: UInt32 = 0xB

    /// Frames that carry nothing, each sent more often than is allowed.
    private static let floods: [(String, [Frame], Frame)] = [
        ("PING", [], .ping()),
        ("PING answers", [], .ping(flags: Frame.ack)),
        ("SETTINGS", [], .settings((4, 65_535))),
        ("SETTINGS acknowledgements", [], .settingsAck),
        ("PRIORITY", [], Frame(.priority, stream: 1, [0, 0, 0, 0, 1])),
        ("unknown frames", [], Frame(type: 0xBB, stream: 1)),
        ("DATA without content", [.request(1, "POST", "/wait", end: false)], .data(1, end: false)),
        ("DATA of padding", [.request(1, "POST", "/wait", end: false)], Frame(.data, 8, stream: 1, [1, 0])),
        ("WINDOW_UPDATE", [], .windowUpdate(0, 1)),
        ("WINDOW_UPDATE of a stream", [.request(1, "GET", "/wait")], .windowUpdate(1, 1)),
        ("RST_STREAM of a stream that is gone", [.request(1, "GET", "/wait"), .reset(1)], .reset(1)),
    ]

    @Test("Too many frames that carry nothing end the connection", arguments: floods.indices)
    func emptyFrames(index: Int) async throws {
        let (name, before, frame) = Self.floods[index]
        try await withServer { client in
            client.send(before + Array(repeating: frame, count: 100))
            let code = try await client.goAway()
            #expect(code == Self.calm, "\(name)")
            _ = try await client.raw.receiveToEnd()
        }
    }

    /// Streams that come to nothing, each opened more often than is allowed.
    private static let abandoned: [(String, @Sendable (UInt32) -> [Frame])] = [
        ("Rapid reset (CVE-2023-44487)", { [.request($0, "GET", "/wait"), .reset($0)] }),
        ("Resets that the server is made to send", { [.request($0, "GET", "/wait"), .windowUpdate($0, 0)] }),
        ("Heads without anything", { [.headers($0, [])] }),
        ("Malformed heads", { [.request($0, "GET", "/", [("A", "b")])] }),
        ("Heads that are refused", { [.request($0, "GET", "x")] }),
    ]

    @Test("Too many streams that come to nothing end the connection", arguments: abandoned.indices)
    func abandonedStreams(index: Int) async throws {
        let (name, frames) = Self.abandoned[index]
        try await withServer {
            // Not what is counted here.
            $0.http2.maximumControlFrames = 1_000
        } attack: { client in
            client.send((0..<40).flatMap { frames(UInt32($0 * 2 + 1)) })
            let code = try await client.goAway()
            #expect(code == Self.calm, "\(name)")
        }
    }

    @Test("Streams above the limit are refused, and count as long as their handlers work")
    func concurrency() async throws {
        let (started, gate) = (Events<Void>(), Events<Void>())
        try await withServer {
            $0.http2.maximumConcurrentStreams = 2
        } handler: { request in
            if request.target == "/stubborn" {
                started.add()
                // Does not notice that it has been cancelled.
                await Task { try? await gate.next() }.value
            }
            try await request.response.end("ok")
        } attack: { client in
            client.send(.request(1, "GET", "/stubborn"), .request(3, "GET", "/stubborn"))
            try await started.next()
            try await started.next()
            client.send(.reset(1), .reset(3), .request(5))
            let refused = try await client.reply(5)
            #expect(refused.reset == 7)
            gate.add()
            gate.add()
            var number: UInt32 = 7
            try await eventually {
                client.send(.request(number))
                defer { number += 2 }
                return try await client.reply(number).status == 200
            }
        }
    }

    @Test("A head in too many frames ends the connection")
    func continuations() async throws {
        try await withServer { client in
            client.send(
                [.headers(1, Frame.pseudo(), flags: 0)] + Array(repeating: Frame(.continuation, stream: 1), count: 20)
            )
            let code = try await client.goAway()
            #expect(code == Self.calm)
        }
    }

    @Test("So does one that is too large as compressed")
    func largeBlock() async throws {
        try await withServer { client in
            let part = [UInt8](repeating: 0x82, count: 16_384)
            client.send(
                [.headers(1, Frame.pseudo(), flags: 0)] + (0..<5).map { _ in Frame(.continuation, stream: 1, part) }
            )
            let code = try await client.goAway()
            #expect(code == Self.calm)
        }
    }

    @Test("One that is too large when decompressed is answered 431, and the connection goes on")
    func largeHead() async throws {
        try await withServer { client in
            // A field of 4000 bytes is remembered, and named 50 times in as many bytes.
            let field = [0x40] + Frame.text("x") + Frame.text(String(repeating: "y", count: 4_000))
            let bomb = Frame.block(Frame.pseudo()) + field + [UInt8](repeating: 0xBE, count: 50)
            client.send(Frame(.headers, 5, stream: 1, bomb), .request(3))
            let statuses = [try await client.reply(1).status, try await client.reply(3).status]
            #expect(statuses == [431, 200])
        }
    }

    @Test("One that goes on and on ends the connection")
    func bomb() async throws {
        try await withServer { client in
            let field = [0x40] + Frame.text("x") + Frame.text(String(repeating: "y", count: 4_000))
            let bomb = Frame.block(Frame.pseudo()) + field + [UInt8](repeating: 0xBE, count: 12_000)
            client.send(Frame(.headers, 5, stream: 1, bomb))
            let code = try await client.goAway()
            #expect(code == Self.calm)
        }
    }

    @Test("Too many fields are answered 431, a path that is too long 414")
    func limits() async throws {
        try await withServer { client in
            let fields = (0..<101).map { ("x\($0)", "y") }
            client.send(.request(1, "GET", "/", fields))
            client.send(
                .headers(3, Frame.pseudo("GET", "/" + String(repeating: "x", count: 16_000)), flags: 0),
                Frame(.continuation, 4, stream: 3, Frame.block([("x", String(repeating: "y", count: 9_000))]))
            )
            let statuses = [try await client.reply(1).status, try await client.reply(3).status]
            #expect(statuses == [431, 200])
        }
        try await withServer {
            $0.headLimits.startLineBytes = 100
        } attack: { client in
            client.send(.request(1, "GET", "/" + String(repeating: "x", count: 200)))
            let status = try await client.reply(1).status
            #expect(status == 414)
        }
    }

    @Test("A head that never ends, or a preface, is waited for as long as any head", arguments: [true, false])
    func slowHead(isInsideBlock: Bool) async throws {
        let time = HeldTime.forTest()
        try await withServer {
            $0.time = TimeSource(held: time)
            $0.idleTimeout = nil
        } attack: { client in
            if isInsideBlock {
                client.send(.request(1, "GET", "/wait"), .headers(3, Frame.pseudo(), flags: 0))
            } else {
                client.send(Array(Frame.ping().bytes.prefix(12)))
            }
            let code = try await time.passing { try await client.goAway() }
            #expect(code == Self.calm)
            #expect(time.elapsed >= .seconds(30))
        }
    }

    @Test("Who asks for much and grants no room for it gets no more than fits, and is reset in the end")
    func noWindow() async throws {
        let written = Shared([String: Int]())
        try await withServer {
            $0.writeTimeout = .milliseconds(300)
            $0.http2.maximumControlFrames = 1_000
        } handler: { request in
            guard request.target != "/" else { return try await request.response.end("ok") }
            let piece = ByteBuffer(repeating: 0x61, count: 10_000)
            for _ in 0..<1_000 {
                written.change { $0[request.target, default: 0] += piece.readableBytes }
                try await request.response.write(piece)
            }
        } attack: { client in
            client.send(.settings((4, 0)))
            client.send((0..<20).map { .request($0 * 2 + 1, "GET", "/\($0)") })
            var reset: Set<UInt32> = []
            while reset.count < 20 {
                let frame = try await client.next()
                #expect(frame.kind != .data || frame.stream == 1)
                if frame.kind == .headers { _ = try client.fields(of: frame) }
                if frame.kind == .reset, frame.word(at: 0) == 8 { reset.insert(frame.stream) }
                // A byte now and then is no better.
                if frame.stream == 1, frame.kind != .reset { client.send(.windowUpdate(1, 1)) }
            }
            #expect(written.value.values.allSatisfy { $0 <= 80_000 })
        }
    }

    @Test("Who reads nothing is no longer read from, so that answers don't pile up, and is disconnected")
    func unreadAnswers() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.writeTimeout = .milliseconds(500)
            $0.http2.maximumControlFrames = .max
        }
        try await MartletTests.withServer(configuration) { request in
            let piece = ByteBuffer(repeating: 0x61, count: 1_000_000)
            while true { try await request.response.write(piece) }
        } test: { server in
            let client = HTTP2Client(try await server.connect(receiveBuffer: 4_096))
            try await client.begin((4, 0x7FFF_FFFF))
            try await client.raw.pauseReading()
            client.send(.windowUpdate(0, 0x7FFF_0000), .request(1))
            client.send(Array(repeating: .ping(), count: 20_000))
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("A client that is idle is told, and disconnected", arguments: [false, true])
    func idle(hasAsked: Bool) async throws {
        let time = HeldTime.forTest()
        try await MartletTests.withServer(.priorKnowledge.held(by: time)) {
            try await $0.response.end("ok")
        } test: { server in
            // Its SETTINGS show that the server has the connection, whose time begins with that.
            let client = try await server.beginHTTP2()
            if hasAsked {
                client.send(.request(1))
                let reply = try await client.reply()
                #expect(reply.text == "ok")
            }
            await time.advance(by: .seconds(130))
            #expect(try await client.goAway() == 0)
            // Requests that were on their way would be served until then.
            client.send(.ping(try await client.next(.ping).payload, flags: Frame.ack))
            #expect(try await client.goAway() == 0)
            #expect(try await client.raw.expectEnd())
        }
    }
}
