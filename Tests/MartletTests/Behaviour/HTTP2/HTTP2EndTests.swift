import Dispatch
import HTTPTypes
import Martlet
import NIOCore
import NIOPosix
import Testing

@Suite("HTTP/2: how streams and connections end")
struct HTTP2EndTests {
    @Test("A handler is cancelled when its stream is reset, or the connection is gone", arguments: [true, false])
    func cancellation(isReset: Bool) async throws {
        let (started, ended) = (Events<Void>(), Events<String>())
        try await withServer(.priorKnowledge) { request in
            guard request.target == "/wait" else { return try await request.response.end("ok") }
            request.response.onCompletion { ended.add("complete: \($0.isComplete)") }
            started.add()
            do {
                try await untilCancelled()
            } catch {
                ended.add("\(error is CancellationError)")
                throw error
            }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "GET", "/wait"))
            try await started.next()
            if isReset { client.send(.reset(1)) } else { try await client.raw.reset() }
            let events = [try await ended.next(), try await ended.next()].sorted()
            #expect(events == ["complete: false", "true"])
            if isReset {
                client.send(.request(3))
                let reply = try await client.reply(3)
                #expect(reply.text == "ok")
            }
        }
    }

    @Test("A client that is gone before the first answer leaves nothing behind")
    func goneAtOnce() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let path = "/tmp/martlet-\(UInt64.random(in: .min ... .max))"
        let server = try await HTTPServer.bind(
            .unix(path: path),
            port: 0,
            configuration: .priorKnowledge.with { $0.eventLoopGroup = group }
        )
        try await run(server) { request in
            try await request.response.end("ok")
        } test: { server in
            // The server gets to see the connection when all is over: its first write fails.
            let isOver = DispatchSemaphore(value: 0)
            group.next().execute { _ = isOver.wait(timeout: .now() + 20) }
            for frames in [[], [Frame.request(1)]] {
                let gone = try await RawClient.connect(toPath: path)
                let bytes = Array(HTTP2Client.preface.utf8) + ([Frame.settings()] + frames).flatMap(\.bytes)
                try await gone.channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
                await gone.close()
            }
            isOver.signal()
            let polite = try await RawClient.connect(toPath: path)
            polite.send(get())
            #expect(try await polite.response().text == "ok")
            await polite.close()
            try await eventually("\(server.connectionCounts)") { server.connectionCounts.total == 0 }
        }
        try await group.shutdownGracefully()
    }

    @Test("A handler that waits to read or to write is freed when its stream is reset", arguments: ["/read", "/write"])
    func waiting(target: String) async throws {
        let (started, ended) = (Events<Void>(), Events<String>())
        try await withServer(.priorKnowledge) { request in
            started.add()
            do {
                if target == "/read" {
                    _ = try await request.collect()
                } else {
                    while true { try await request.response.write(String(repeating: "x", count: 100_000)) }
                }
            } catch {
                ended.add("\(error)")
            }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", target, end: false))
            try await started.next()
            client.send(.ping())
            _ = try await client.next(.ping)
            client.send(.reset(1))
            let error = try await ended.next()
            #expect(error.contains("Cancel") || error.contains("losed"))
        }
    }

    @Test("An error is answered, or resets the stream, and is reported once")
    func errors() async throws {
        struct Mistake: Error {}
        let errors = Events<String>()
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.onError = { error, request in errors.add("\(request.target) \(error)") }
        }
        try await withServer(configuration) { request in
            switch request.target {
            case "/404": throw HTTPError(.notFound, "No.")
            case "/late":
                try await request.response.write("Hello")
                try await request.response.flush()
                throw Mistake()
            case "/short":
                request.response.contentLength = 10
                try await request.response.write("Hello")
            case "/detach": _ = try await request.response.detachSocket()
            default: throw Mistake()
            }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "GET", "/404"), .request(3, "GET", "/500"))
            #expect(try await client.reply(1).text == "No.")
            #expect(try await client.reply(3).status == 500)
            #expect(try await errors.next() == "/500 Mistake()")
            client.send(.request(5, "GET", "/late"))
            #expect(try await client.reply(5).reset == 2)
            #expect(try await errors.next() == "/late Mistake()")
            client.send(.request(7, "GET", "/short"))
            #expect(try await client.reply(7).reset == 2)
            #expect(try await errors.next().contains("below specified contentLength"))
            client.send(.request(9, "GET", "/detach"))
            #expect(try await client.reply(9).status == 500)
            #expect(try await errors.next().contains("HTTP/2"))
            #expect(errors.all.isEmpty)
        }
    }

    @Test("What became of responses is told")
    func completion() async throws {
        let summaries = Events<String>()
        try await withServer(.priorKnowledge) { request in
            request.response.onCompletion {
                summaries.add("\($0.status?.code ?? 0) \($0.contentBytes) \($0.isComplete)")
            }
            try await request.response.end(String(repeating: "x", count: 100))
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            _ = try await client.reply()
            #expect(try await summaries.next() == "200 100 true")
        }
    }

    @Test("A handler that takes too long is cancelled and answered 503; one that sets a deadline is cut off")
    func tooSlow() async throws {
        let (time, arrived) = (HeldTime.forTest(), Events<Void>())
        let configuration = HTTPServer.Configuration.priorKnowledge.held(by: time).with {
            $0.handlerTimeout = .seconds(60)
        }
        try await withServer(configuration) { request in
            if request.target == "/deadline" { request.response.deadline = .seconds(20) }
            arrived.add()
            try await untilCancelled()
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            try await arrived.next()
            await time.advance(by: .seconds(90))
            #expect(try await client.reply(1).status == 503)
            client.send(.request(3, "GET", "/deadline"))
            try await arrived.next()
            await time.advance(by: .seconds(20))
            #expect(try await client.reply(3).reset == 8)
        }
    }

    @Test("A content that arrives too slowly is answered 408")
    func slowContent() async throws {
        let (time, arrived) = (HeldTime.forTest(), Events<Void>())
        try await withServer(.priorKnowledge.held(by: time)) { request in
            arrived.add()
            try await request.response.end(try await request.text())
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", "/", end: false), .data(1, "x", end: false))
            try await arrived.next()
            await time.advance(by: .seconds(8))
            #expect(try await client.reply(1).status == 408)
        }
    }

    @Test("A server that closes says so, serves what is on its way, and says what was the last")
    func shutdown() async throws {
        let (started, gate) = (Events<Void>(), Events<Void>())
        try await withServer(.priorKnowledge) { request in
            started.add()
            if request.target == "/wait" { try await gate.next() }
            try await request.response.end(request.target)
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "GET", "/wait"))
            try await started.next()
            #expect(server.connectionCounts.active == 1)
            let closing = Task { await server.shutdown() }
            let warning = try await client.next(.goAway)
            #expect(warning.word(at: 0) == 0x7FFF_FFFF && warning.word(at: 4) == 0)
            let ping = try await client.next(.ping)
            #expect(server.connectionCounts.closing == 1)
            // This one was on its way.
            client.send(.request(3, "GET", "/3"))
            #expect(try await client.reply(3).text == "/3")
            client.send(.ping(ping.payload, flags: Frame.ack))
            let last = try await client.next(.goAway)
            #expect(last.word(at: 0) == 3 && last.word(at: 4) == 0)
            // This one comes too late, and is not answered.
            client.send(.request(5, "GET", "/5"))
            gate.add()
            #expect(try await client.reply(1).text == "/wait")
            #expect(try await client.raw.expectEnd())
            await client.raw.close()
            await closing.value
            #expect(server.connectionCounts.total == 0)
        }
    }

    @Test("A client that goes on after the farewell is waited for a moment")
    func farewellWithoutAnswer() async throws {
        try await withServer(.priorKnowledge) {
            try await $0.response.end("ok")
        } test: { server in
            let client = try await server.beginHTTP2()
            #expect(server.connectionCounts.idle == 1)
            let closing = Task { await server.shutdown() }
            #expect(try await client.next(.goAway).word(at: 0) == 0x7FFF_FFFF)
            #expect(try await client.next(.goAway).word(at: 0) == 0)
            await client.raw.close()
            await closing.value
        }
    }

    @Test("A response can be the last, and a request", arguments: [true, false])
    func lastRequest(isLimit: Bool) async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.maximumRequestsPerConnection = isLimit ? 1 : nil
        }
        try await withServer(configuration) { request in
            if !isLimit { request.response.isPersistent = false }
            try await request.response.end("ok")
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            var kinds: [Frame.Kind?] = []
            while !kinds.contains(.ping) { kinds.append(try await client.next().kind) }
            #expect(kinds.contains(.goAway))
        }
    }

    @Test("Sessions are kept")
    func sessions() async throws {
        try await withServer(.priorKnowledge) { request in
            let session = try await request.session
            let count = "\(session["count"] ?? "")x"
            session["count"] = count
            try await request.response.end(count)
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            let first = try await client.reply(1)
            let cookie = try #require(first["set-cookie"]?.split(separator: ";").first)
            client.send(.request(3, "GET", "/", [("cookie", String(cookie))]))
            #expect(try await client.reply(3).text == "xx")
        }
    }

    @Test("A tunnel that the server has closed sends what is left to a client that takes its time")
    func closedTunnel() async throws {
        let time = HeldTime.forTest()
        try await withServer(.priorKnowledge.held(by: time)) { request in
            let socket = try await request.response.detachSocket()
            try await socket.write(ByteBuffer(repeating: 1, count: 70_000))
            await socket.close()
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.headers(1, [(":protocol", "other")] + Frame.pseudo("CONNECT", "/"), end: false))
            var count = 0
            while count < 65_535 { count += try await client.next(.data, stream: 1).payload.count }
            // Longer than it has to end its side.
            await time.advance(by: .seconds(3))
            client.send(.windowUpdate(0, 10_000), .windowUpdate(1, 10_000))
            let rest = try await client.reply(1)
            #expect(rest.content.count == 70_000 - 65_535)
            #expect(rest.reset == nil)
        }
    }

    @Test("A tunnel that the server has closed is reset when the client does not end its side")
    func abandonedTunnel() async throws {
        let time = HeldTime.forTest()
        try await withServer(.priorKnowledge.held(by: time)) { request in
            guard request.method == .connect else { return try await request.response.end("fine") }
            let socket = try await request.response.detachSocket()
            try await socket.write("bye")
            await socket.close()
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.headers(1, [(":protocol", "other")] + Frame.pseudo("CONNECT", "/"), end: false))
            #expect(try await client.reply(1).text == "bye")
            await time.advance(by: .seconds(3))
            #expect(try await client.next(.reset, stream: 1).word(at: 0) == 0)
            // The connection goes on.
            client.send(.request(3))
            #expect(try await client.reply(3).text == "fine")
        }
    }
}
