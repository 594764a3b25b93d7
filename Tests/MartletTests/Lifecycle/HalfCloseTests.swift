import Martlet
import NIOCore
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

    @Test("still gets the answer of a handler that goes on although it was cancelled")
    func slowAnswer() async throws {
        try await withServer { request in
            try? await untilCancelled()
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
            try await eventually { server.connectionsInfo.total == 0 }
        }
    }
}
