import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("The content of a request")
struct RequestContentTests {
    private static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("is read as it arrives")
    func streaming() async throws {
        let parts = Events<String>()
        try await withServer { request in
            for try await part in request.body { parts.add(String(buffer: part)) }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n")
            for part in ["ab", "cd", "ef"] {
                client.send(part)
                #expect(try await parts.next() == part)
            }
            #expect(try await client.response().status == 200)
        }
    }

    @Test("is the same, whatever its framing and however it is cut", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) async throws {
        let requests = [
            post("hello, world"), Self.chunked + "5\r\nhello\r\n2;x=y\r\n, \r\n5\r\nworld\r\n0\r\n\r\n",
        ]
        try await withServer { request in
            try await request.response.end(try await request.text())
        } test: { server in
            let client = try await server.connect()
            for request in requests {
                try await client.send(request, inPiecesOf: size)
                #expect(try await client.response().text == "hello, world")
            }
        }
    }

    @Test("is empty without framing fields")
    func none() async throws {
        try await withServer { request in
            var count = 0
            for try await _ in request.body { count += 1 }
            for try await _ in request.body { count += 1 }
            let all = try await request.collect()
            try await request.response.end("\(count) \(all.readableBytes) \(try await request.trailers.count)")
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.text == "0 0 0")
        }
    }

    @Test("stops the client that sends faster than the handler reads, in bounded memory")
    func backPressure() async throws {
        let proceed = Events<Void>()
        let arrived = Events<Void>()
        let size = 40_000_000
        try await withServer { request in
            arrived.add()
            try await proceed.next()
            var count = 0
            for try await part in request.body { count += part.readableBytes }
            try await request.response.end("\(count)")
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
            client.send(ByteBuffer(repeating: 0x61, count: size))
            try await arrived.next()
            let unsent = try await client.stuckBytes()
            #expect(size - unsent < 20_000_000, "the server has taken \(size - unsent) bytes that nobody reads")
            proceed.add()
            #expect(try await client.response().text == "\(size)")
        }
    }

    @Test("can be read by another task, off the loop")
    func otherTask() async throws {
        try await withServer { request in
            let reading = Task.detached { try await request.text() }
            try await request.response.end(try await reading.value)
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
            client.send("cd")
            #expect(try await client.response().text == "abcd")
        }
    }

    @Test("can be read once")
    func twice() async throws {
        try await withServer { request in
            _ = try await request.collect()
            await #expect(throws: HTTPBodyError.alreadyRead) { try await request.collect() }
            await #expect(throws: HTTPBodyError.alreadyRead) { try await request.text() }
        } test: { server in
            let response = try await server.response(to: post("once"))
            #expect(response.status == 200)
        }
    }

    @Test("can still be read after the response was ended, as long as the handler runs")
    func afterEnd() async throws {
        let texts = Events<String>()
        try await withServer { request in
            try await request.response.end("early")
            texts.add(try await request.text())
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
            #expect(try await client.response().text == "early")
            client.send("cd" + get("/next"))
            #expect(try await texts.next() == "abcd")
            #expect(try await client.response().status == 200)
        }
    }

    @Test("is gone once the handler has returned, even if all of it had arrived")
    func discarded() async throws {
        let requests = Events<HTTPServerRequest>()
        try await withServer {
            requests.add($0)
        } test: { server in
            let client = try await server.connect()
            client.send(post("whole"))
            _ = try await client.response()
            let request = try await requests.next()
            await #expect(throws: HTTPBodyError.discarded) { try await request.collect() }
        }
    }

    @Test("has trailers once it was read to its end")
    func trailers() async throws {
        try await withServer { request in
            let before = try await request.trailers.count
            let text = try await request.text()
            let timing = try await request.trailers[.serverTiming] ?? "none"
            try await request.response.end("\(before) \(text) \(timing)")
        } test: { server in
            let response = try await server.response(to: Self.chunked + "2\r\nab\r\n0\r\nServer-Timing: x\r\n\r\n")
            #expect(response.text == "0 ab x")
        }
    }

    @Test(
        "that is malformed fails where it is read, and is answered",
        arguments: [
            ("zz\r\n", 400), ("2\r\nabc\r\n", 400), ("-1\r\n", 400), ("0\r\nContent-Length: 3\r\n\r\n", 400),
            ("2\nab\n", 400), ("FFFFFFFFFFFFFFFFF\r\n", 400), ("1;" + String(repeating: "x", count: 2000), 400),
            ("0\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n", 431),
        ]
    )
    func malformed(chunks: String, status: Int) async throws {
        try await withServer { request in
            do {
                _ = try await request.collect()
            } catch {
                #expect(error is HTTPBodyError)
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            client.send(Self.chunked + chunks)
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response["Connection"] == "close")
            #expect(try await client.expectEnd())
        }
    }
}
