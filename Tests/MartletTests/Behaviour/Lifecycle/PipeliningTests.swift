import Martlet
import NIOCore
import Testing

@Suite("Pipelined requests (RFC 9112 section 9.3.2)")
struct PipeliningTests {
    enum Pace: CaseIterable { case quick, yielding, sleeping, offTheLoop }

    @Test("are answered in order, one at a time, by quick and by slow handlers", arguments: Pace.allCases)
    func inOrder(pace: Pace) async throws {
        let running = Shared(0)
        try await withServer(on: pace == .offTheLoop ? globalConcurrentExecutor : nil) { request in
            #expect(
                running.change {
                    $0 += 1; return $0
                } == 1
            )
            switch pace {
            case .quick: break
            case .yielding, .offTheLoop: for _ in 0..<3 { await Task.yield() }
            case .sleeping: try await Task.sleep(for: .microseconds(300))
            }
            let text = try await request.text()
            running.change { $0 -= 1 }
            try await request.response.end("\(request.target) \(text)")
        } test: { server in
            let client = try await server.connect()
            client.send(
                (0...100).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\($0 % 10)" }.joined()
            )
            for number in 0...100 {
                #expect(try await client.response().text == "/\(number) \(number % 10)")
            }
        }
    }

    @Test("may be cut anywhere")
    func everySplit() async throws {
        try await withServer { request in
            try await request.response.end("\(request.target) \(try await request.text())")
        } test: { server in
            let requests = Array(
                (get("/1") + post("ab", "X: y") + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nab\r\n0\r\nX: y\r\n\r\n" + get("/4")).utf8
            )
            let client = try await server.connect()
            for split in 1..<requests.count {
                try await client.channel.writeAndFlush(ByteBuffer(bytes: requests[..<split])).get()
                try await client.channel.writeAndFlush(ByteBuffer(bytes: requests[split...])).get()
                for text in ["/1 ", "/ ab", "/3 ab", "/4 "] {
                    #expect(try await client.response().text == text, "split at \(split)")
                }
            }
        }
    }

    @Test("may come byte by byte")
    func everyByte() async throws {
        try await withServer { request in
            try await request.response.end("\(request.target) \(try await request.text())")
        } test: { server in
            let client = try await server.connect()
            try await client.send(get("/1") + post("ab") + get("/3"), inPiecesOf: 1)
            for text in ["/1 ", "/ ab", "/3 "] {
                #expect(try await client.response().text == text)
            }
        }
    }

    @Test("before a malformed one are answered first")
    func malformedLast() async throws {
        try await withServer { request in
            await Task.yield()
            try await request.response.end(request.target)
        } test: { server in
            let client = try await server.connect()
            client.send(get("/1") + get("/2") + "nonsense\r\n\r\n" + get("/never"))
            #expect(try await client.response().text == "/1")
            #expect(try await client.response().text == "/2")
            let last = try await client.response()
            #expect(last.status == 400)
            #expect(last["Connection"] == "close")
            #expect(try await client.expectEnd())
        }
    }

    @Test("wait while the client does not take the answers")
    func backPressure() async throws {
        let answered = Shared(0)
        try await withServer { request in
            answered.change { $0 += 1 }
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 500_000))
        } test: { server in
            let client = try await server.connect(receiveBuffer: 65_536)
            try await client.pauseReading()
            client.send(String(repeating: get(), count: 100))
            try await eventually {
                let before = answered.value
                try await Task.sleep(for: .milliseconds(30))
                return before > 0 && answered.value == before
            }
            #expect(answered.value < 40)
            try await client.resumeReading()
            for _ in 0..<100 {
                #expect(try await client.response().content.count == 500_000)
            }
        }
    }
}
