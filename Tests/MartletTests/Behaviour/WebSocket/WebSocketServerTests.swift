import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("A server's WebSocket")
struct WebSocketServerTests {
    /// What a peer sends that is against the rules, and the close frame that answers it.
    static let violations: [(String, UInt16)] = [
        ("81 05 48 65 6c 6c 6f", 1002), ("c1 80 00 00 00 00", 1002), ("83 80 00 00 00 00", 1002),
        ("09 80 00 00 00 00", 1002),
        ("80 80 00 00 00 00", 1002), ("88 81 00 00 00 00 03", 1002), ("88 82 00 00 00 00 03 ed", 1002),
        ("81 81 00 00 00 00 ff", 1007), ("88 83 00 00 00 00 03 e8 ff", 1007), ("82 fe 00 81 00 00 00 00", 1009),
    ]

    @Test("ends the connection of a peer that breaks the rules", arguments: violations)
    func breaksRules(_ bytes: String, _ code: UInt16) async throws {
        let ended = Events<(WebSocketCloseCode?, String?)>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request, maximumMessageSize: 128)
            while try await socket.receive() != nil {}
            ended.add((socket.closeCode, socket.closeReason))
        } test: { server in
            let client = try await RawWebSocket(server)
            client.send(hexBytes(bytes))
            let frame = try await client.frame()
            #expect(frame.opcode == 8)
            #expect(frame.closeCode == code)
            #expect(try await client.raw.expectEnd())
            let (endCode, reason) = try await ended.next()
            #expect(endCode?.rawValue == code)
            #expect(reason?.isEmpty == false)
            #expect(frame.text.hasSuffix(reason ?? "-"))
        }
    }

    @Test("answers pings with their bytes, and ignores pongs")
    func pings() async throws {
        try await withEcho { server in
            let client = try await RawWebSocket(server)
            client.send(RawWebSocket.masked(0x8A, "nobody asked") + RawWebSocket.masked(0x89, "are you there"))
            let frame = try await client.frame()
            #expect((frame.opcode, frame.text) == (10, "are you there"))
            // Between the fragments of a message, too.
            client.send(
                RawWebSocket.masked(0x01, "a") + RawWebSocket.masked(0x89, "p") + RawWebSocket.masked(0x80, "b")
            )
            #expect(try await client.frame().text == "p")
            #expect(try await client.frame().text == "ab")
        }
    }

    @Test("answers a close frame with its code, and closes the connection")
    func peerCloses() async throws {
        let codes = Events<WebSocketCloseCode?>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
            #expect(!Task.isCancelled, "the handler can tidy up")
            codes.add(socket.closeCode)
            await #expect(throws: WebSocketError.self) { try await socket.send("late") }
            await socket.close()
            #expect(socket.readyState == .closed)
        } test: { server in
            for (close, answer, code) in [
                ("88 80 00 00 00 00", [0x88, 0] as [UInt8], 1005 as UInt16),
                ("88 85 00 00 00 00 0f a0 62 79 65", [0x88, 2, 0x0F, 0xA0], 4000),
            ] {
                let client = try await RawWebSocket(server)
                client.send(RawWebSocket.masked(0x81, "x"))
                #expect(try await client.frame().text == "x")
                client.send(hexBytes(close) + RawWebSocket.masked(0x81, "ignored"))
                #expect(try await client.bytes(answer.count) == answer)
                #expect(try await client.raw.expectEnd())
                #expect(try await codes.next()?.rawValue == code)
            }
        }
    }

    @Test("says goodbye, drops what comes meanwhile, and waits for the answer")
    func serverCloses() async throws {
        let codes = Events<WebSocketCloseCode?>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            try await socket.close(code: .init(rawValue: 3000), reason: "enough")
            codes.add(socket.closeCode)
            #expect(try await socket.receive() == nil)
        } test: { server in
            let client = try await RawWebSocket(server)
            let frame = try await client.frame()
            #expect((frame.closeCode, frame.text.hasSuffix("enough")) == (3000, true))
            client.send(RawWebSocket.masked(0x81, "too late") + hexBytes("88 82 00 00 00 00 03 e8"))
            #expect(try await client.raw.expectEnd())
            #expect(try await codes.next() == .normalClosure)
        }
    }

    @Test("does not wait for the answer for ever")
    func silentPeer() async throws {
        let (time, codes) = (HeldTime.forTest(), Events<WebSocketCloseCode?>())
        try await withServer(.bare.held(by: time)) { request in
            let socket = try await WebSocket.upgrade(request)
            await socket.close()
            codes.add(socket.closeCode)
        } test: { server in
            let client = try await RawWebSocket(server)
            #expect(try await client.frame().closeCode == 1000)
            await time.advance(by: .milliseconds(4_999))
            #expect(codes.all.isEmpty)
            await time.advance(by: .milliseconds(1))
            #expect(try await codes.next() == .abnormalClosure)
            #expect(try await client.raw.expectEnd())
        }
    }

    @Test("ends with 1006 when the peer vanishes", arguments: [true, false])
    func vanishes(byReset: Bool) async throws {
        let codes = Events<WebSocketCloseCode?>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            for try await _ in socket {}
            codes.add(socket.closeCode)
            await #expect(throws: WebSocketError.closed(.abnormalClosure)) { try await socket.send("x") }
        } test: { server in
            let client = try await RawWebSocket(server)
            client.send(RawWebSocket.masked(0x01, "half a mess"))
            if byReset { try await client.raw.reset() } else { await client.raw.close() }
            #expect(try await codes.next() == .abnormalClosure)
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("refuses codes that are never sent")
    func reservedCodes() async throws {
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] as [UInt16] {
                let code = WebSocketCloseCode(rawValue: code)
                await #expect(throws: WebSocketError.reservedCloseCode(code)) { try await socket.close(code: code) }
            }
            #expect(socket.readyState == .open)
            #expect(socket.closeCode == nil)
            try await socket.close(code: nil)
        } test: { server in
            let client = try await RawWebSocket(server)
            #expect(try await client.bytes(2) == [0x88, 0])
            client.send(hexBytes("88 80 00 00 00 00"))
            #expect(try await client.raw.expectEnd())
        }
    }

    @Test("is told by a server that shuts down, which does not wait for its deadline")
    func shutdown() async throws {
        let ended = Events<Void>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            for try await _ in socket {}
            ended.add()
        } test: { server in
            let client = try await RawWebSocket(server)
            let socket = try await WebSocket.connect(server.webSocketURL)
            let start = ContinuousClock.now
            async let isDown: Void = server.shutdown()
            #expect(try await client.frame().closeCode == 1001)
            client.send(hexBytes("88 82 00 00 00 00 03 e9"))
            #expect(try await client.raw.expectEnd())
            #expect(try await socket.receive() == nil)
            #expect(socket.closeCode == .goingAway)
            await isDown
            #expect(ContinuousClock.now - start < .seconds(10))
            try await ended.next()
            try await ended.next()
        }
    }

    @Test("is closed with 1011 when the handler fails, and with 1000 when nobody holds it")
    func handlerEnds() async throws {
        struct Failure: Error {}
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            if request.target == "/fail" { throw Failure() }
            _ = socket
        } test: { server in
            for (target, code) in [("/fail", 1011), ("/", 1000)] as [(String, UInt16)] {
                let client = try await RawWebSocket(server, target: target)
                #expect(try await client.frame().closeCode == code)
            }
        }
    }

    @Test("pings a silent peer, and gives it up when it stays silent")
    func pingInterval() async throws {
        let (time, codes) = (HeldTime.forTest(), Events<WebSocketCloseCode?>())
        try await withServer(.bare.held(by: time)) { request in
            let socket = try await WebSocket.upgrade(request, pingInterval: .seconds(60))
            for try await _ in socket {}
            codes.add(socket.closeCode)
        } test: { server in
            let client = try await RawWebSocket(server)
            await time.advance(by: .seconds(60))
            let first = try await client.frame()
            #expect(first.opcode == 9)
            client.send(RawWebSocket.masked(0x8A, first.payload))
            await time.advance(by: .seconds(60))
            #expect(try await client.frame().opcode == 9, "the answer was a sign of life")
            await time.advance(by: .seconds(60))
            #expect(try await client.frame().closeCode == 1001)
            await time.advance(by: .seconds(5))
            #expect(try await codes.next() == .goingAway)
            #expect(try await client.raw.expectEnd())
        }
    }

    @Test("does not read on while its reader is busy, and does not write on while its peer is")
    func backPressure() async throws {
        let sent = Shared(0)
        let go = Events<Void>()
        let received = Events<Int>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request, maximumMessageSize: nil)
            if request.target == "/send" {
                while sent.value < 1000 {
                    try await socket.send(ByteBuffer(repeating: 1, count: 65_536))
                    sent.change { $0 += 1 }
                }
                return
            }
            try await go.next()
            var count = 0
            for try await case .binary(let bytes) in socket { count += bytes.readableBytes }
            received.add(count)
        } test: { server in
            let client = try await RawWebSocket(server, receiveBuffer: 16_384, target: "/send")
            try await client.raw.pauseReading()
            try await eventually { sent.value > 0 }
            var before = -1
            while before != sent.value {
                before = sent.value
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(sent.value < 500, "the rest waits")

            let writer = try await RawWebSocket(server)
            let size = 1 << 20
            let message = ByteBuffer(bytes: RawWebSocket.masked(0x82, [UInt8](repeating: 0, count: size)))
            for _ in 0..<40 { writer.raw.send(message) }
            writer.send(hexBytes("88 80 00 00 00 00"))
            var unsent = 0
            try await eventually {
                let now = try await writer.raw.unsentBytes()
                defer { unsent = now }
                return now > 20 * size && now == unsent
            }
            go.add()
            #expect(try await received.next() == 40 * size)
        }
    }

    @Test("gives up on a peer that takes nothing for too long")
    func stalled() async throws {
        let (time, codes) = (HeldTime.forTest(), Events<WebSocketCloseCode?>())
        try await withServer(.bare.held(by: time)) { request in
            let socket = try await WebSocket.upgrade(request)
            while (try? await socket.send(ByteBuffer(repeating: 1, count: 65_536))) != nil {}
            codes.add(socket.closeCode)
        } test: { server in
            let client = try await RawWebSocket(server, receiveBuffer: 16_384)
            try await client.raw.pauseReading()
            let code = try await time.passing { try await codes.next() }
            #expect(code == .abnormalClosure)
            #expect((Duration.seconds(30)...(.seconds(360))).contains(time.elapsed))
        }
    }

    @Test("a handler waits for no message once it is cancelled, and can cancel tasks of its own that wait")
    func cancelledHandler() async throws {
        let outcome = Events<String>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await socket.receive() }
                    outcome.add("child")
                }
                try await socket.send("go")
                group.cancelAll()
            }
            withUnsafeCurrentTask { $0?.cancel() }
            await #expect(throws: CancellationError.self) { try await socket.receive() }
            outcome.add("handler")
        } test: { server in
            let client = try await RawWebSocket(server)
            #expect(try await client.frame().text == "go")
            #expect(try await outcome.next() == "child")
            #expect(try await outcome.next() == "handler")
        }
    }

    @Test("a handler that waits learns that the connection is gone")
    func lostHandler() async throws {
        let outcome = Events<String>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            try await socket.send("go")
            let message = try await socket.receive()
            outcome.add("\(message.debugDescription), \(socket.closeCode?.rawValue ?? 0)")
        } test: { server in
            let client = try await RawWebSocket(server)
            #expect(try await client.frame().text == "go")
            await client.raw.close()
            #expect(try await outcome.next() == "nil, 1006")
        }
    }

    @Test("cancelling a reader loses no message")
    func cancelledReader() async throws {
        let outcome = Events<String>()
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request)
            let reading = Task { try await socket.receive() }
            try await socket.send("go")
            reading.cancel()
            let result = await reading.result
            #expect(throws: CancellationError.self) { try result.get() }
            try await socket.send("on")
            if case .text(let text) = try await socket.receive() { outcome.add(text) }
        } test: { server in
            let client = try await RawWebSocket(server)
            #expect(try await client.frame().text == "go")
            client.send(RawWebSocket.masked(0x01, "first half, "))
            #expect(try await client.frame().text == "on")
            client.send(RawWebSocket.masked(0x80, "second half"))
            #expect(try await outcome.next() == "first half, second half")
        }
    }
}
