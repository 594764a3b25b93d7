import Foundation
import Martlet
import NIOCore
import TestProcesses
import Testing

@Suite("A client that has finished sending")
struct HalfCloseTests {
    @Test("still gets its answer")
    func answer() async throws {
        try await withServer { request in
            try await request.response.end(try await request.text())
        } test: { server in
            let client = try await server.connect()
            client.send(post("all of it"))
            client.finishSending()
            #expect(try await client.receiveToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall of it")
        }
    }

    @Test("still gets the answer of a handler that takes its time")
    func slowAnswer() async throws {
        try await withServer { request in
            try await Task.sleep(for: .milliseconds(20))
            try await request.response.write("as ")
            try await request.response.flush()
            try await request.response.end("promised")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            client.finishSending()
            #expect(try await client.response().text == "as promised")
            #expect(try await client.expectEnd())
        }
    }

    @Test("still gets the answer of a handler that goes on although it was cancelled")
    func answerOfCancelled() async throws {
        try await withServer(.bare.with { $0.halfCloseGracePeriod = .milliseconds(40) }) { request in
            try? await untilCancelled()
            try await request.response.write("as ")
            try await request.response.flush()
            try await request.response.end("promised")
        } test: { server in
            let client = try await server.connect()
            client.send(get() + get("/next"))
            client.finishSending()
            #expect(try await client.response().text == "as promised")
            #expect(try await client.expectEnd())
        }
    }

    @Test("S3: gets a response in pieces from a task that is not cancelled", arguments: RawTransport.allCases)
    func streamed(transport: RawTransport) async throws {
        let (arrived, continues) = (Events<Void>(), Events<Void>())
        try await withServer(over: transport) { request in
            arrived.add()
            try await continues.next()
            for _ in 0..<4 {
                try await request.response.write("piece ")
                try await request.response.flush()
                try await Task.sleep(for: .milliseconds(5))
            }
            try await request.response.end("\(Task.isCancelled)")
        } test: { _, connect in
            let client = try await connect()
            client.send(get())
            try await arrived.next()
            client.finishSending()
            // The server has heard of it: what it sends now would fail otherwise.
            try await Task.sleep(for: .milliseconds(20))
            continues.add()
            #expect(try await client.response().text == "piece piece piece piece false")
            #expect(try await client.expectEnd())
        }
    }

    @Test("S3: gets a file of 8 MB", arguments: RawTransport.allCases)
    func file(transport: RawTransport) async throws {
        let size = 8_000_000
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "file").path
            try Data(repeating: 0x61, count: size).write(to: URL(filePath: path))
            try await withServer(over: transport) { request in
                let file = try await OpenFile.open(path)
                try await request.response.end(file, 0..<size)
            } test: { _, connect in
                let client = try await connect()
                try await client.pauseReading()
                client.send(get() + get())
                client.finishSending()
                try await Task.sleep(for: .milliseconds(20))
                try await client.resumeReading()
                for _ in 0..<2 {
                    let count = try await client.response().content.count
                    #expect(count == size)
                }
                #expect(try await client.expectEnd())
            }
        }
    }

    @Test("R14: gets the answers to what it has pipelined behind a slow one", arguments: RawTransport.allCases)
    func pipelinedBehind(transport: RawTransport) async throws {
        let (arrived, continues) = (Events<Void>(), Events<Void>())
        try await withServer(over: transport) { request in
            if request.target == "/slow" {
                arrived.add()
                try await continues.next()
            }
            let text = try await request.text()
            try await Task.sleep(for: .milliseconds(1))
            try await request.response.end("\(request.target)\(text) \(Task.isCancelled)")
        } test: { server, connect in
            let client = try await connect()
            client.send(get("/slow") + get("/b") + post("content") + get("/d"))
            client.finishSending()
            try await arrived.next()
            try await Task.sleep(for: .milliseconds(20))
            continues.add()
            for text in ["/slow false", "/b false", "/content false", "/d false"] {
                #expect(try await client.response().text == text)
            }
            #expect(try await client.expectEnd())
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("S3: gets its answers over HTTP/2, as far as its windows have room", arguments: RawTransport.allCases)
    func http2(transport: RawTransport) async throws {
        let (arrived, continues) = (Events<Void>(), Events<Void>())
        let tooLarge = Events<String>()
        try await withServer(over: transport, protocols: ["h2"]) { request in
            arrived.add()
            if request.target == "/large" {
                do {
                    while true { try await request.response.write(ByteBuffer(repeating: 0x61, count: 50_000)) }
                } catch {
                    return tooLarge.add("\(error)")
                }
            }
            try await continues.next()
            try await request.response.write("not ")
            try await Task.sleep(for: .milliseconds(1))
            try await request.response.end("cancelled: \(Task.isCancelled)")
        } test: { server, connect in
            let client = HTTP2Client(try await connect())
            // One that takes all of its window leaves room for the others.
            try await client.begin((4, 10_000))
            client.send(.request(1), .request(3), .request(5, "GET", "/large"))
            client.raw.finishSending()
            for _ in 0..<3 { try await arrived.next() }
            // Nothing more can be granted, so that a handler that waits for it is freed.
            _ = try await tooLarge.next()
            continues.add()
            continues.add()
            var texts: [UInt32: [UInt8]] = [:]
            var goodbye: UInt32?
            while goodbye == nil {
                let frame = try await client.next()
                if frame.kind == .data, frame.stream < 5 { texts[frame.stream, default: []] += frame.payload }
                if frame.kind == .goAway { goodbye = frame.word(at: 4) }
            }
            for stream in [UInt32(1), 3] {
                let text = String(decoding: texts[stream] ?? [], as: UTF8.self)
                #expect(text == "not cancelled: false")
            }
            #expect(goodbye == 0)
            #expect(try await client.raw.expectEnd())
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("S3: is cut off in the middle of a request over HTTP/2")
    func insideContentOverHTTP2() async throws {
        let (arrived, failure) = (Events<Void>(), Events<any Error>())
        try await withServer(.priorKnowledge) { request in
            arrived.add()
            do { _ = try await request.collect() } catch { failure.add(error) }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1, "POST", "/", end: false), .data(1, "12345", end: false))
            try await arrived.next()
            client.raw.finishSending()
            let error = try await failure.next()
            #expect(error is CancellationError || error as? HTTPBodyError == .connectionClosed)
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    @Test("gets all answers to what it has pipelined")
    func pipelined() async throws {
        try await withServer { request in
            try await request.response.end(request.target)
        } test: { server in
            let client = try await server.connect()
            client.send((1...30).map { get("/\($0)") }.joined())
            client.finishSending()
            for number in 1...30 {
                #expect(try await client.response().text == "/\(number)")
            }
            #expect(try await client.expectEnd())
        }
    }

    @Test("gets a large answer to its end, however slowly it reads", arguments: [true, false])
    func largeAnswer(finishesFirst: Bool) async throws {
        let size = 8_000_000
        let ended = Events<Void>()
        try await withServer { request in
            defer { ended.add() }
            request.response.isPersistent = finishesFirst
            try await request.response.end(ByteBuffer(repeating: 0x61, count: size))
        } test: { server in
            let client = try await server.connect(receiveBuffer: 16_384)
            try await client.pauseReading()
            client.send(get())
            if finishesFirst { client.finishSending() }
            try await ended.next()
            client.finishSending()
            try await Task.sleep(for: .milliseconds(50))
            try await client.resumeReading()
            #expect(try await client.response().content.count == size)
            #expect(try await client.expectEnd())
        }
    }

    @Test("is told that a head is not complete")
    func insideHead() async throws {
        try await withServer { _ in
        } test: { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n")
            client.finishSending()
            let response = try await client.response()
            #expect(response.statusLine == "HTTP/1.1 400 Bad Request")
            #expect(response["Connection"] == "close")
            #expect(try await client.expectEnd())
        }
    }

    @Test("is sent nothing when it has sent nothing")
    func silent() async throws {
        try await withServer { _ in
        } test: { server in
            let client = try await server.connect()
            client.finishSending()
            #expect(try await client.expectEnd())
            try await eventually { server.connectionCounts.total == 0 }
        }
    }
}
