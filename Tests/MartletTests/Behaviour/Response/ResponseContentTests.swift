import HTTPTypes
import Martlet
import NIOCore
import Testing

@Suite("The content of a response")
struct ResponseContentTests {
    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    private func expect(
        _ expected: String,
        to request: String = get(),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ handler: @escaping HTTPServer.Handler
    ) async throws {
        try await withServer(.bare, handler) { server in
            let client = try await server.connect()
            // A second request shows that nothing was left behind by the first.
            for _ in 0..<2 {
                client.send(request)
                let text = try await client.receive(expected.utf8.count)
                #expect(text == expected, sourceLocation: sourceLocation)
            }
        }
    }

    @Test("in pieces that fill the socket goes out once, and in its order")
    func pieces() async throws {
        let expected = (0..<300).map { ByteBuffer(repeating: UInt8(97 + $0 % 26), count: 20_000) }
        try await withServer { request in
            // The answer begins within the reading of the socket, at whose end it is flushed.
            for piece in expected { try await request.response.write(piece) }
        } test: { server in
            for _ in 0..<5 {
                let content = try await makeClient().get("http://127.0.0.1:\(server.port)/").collect()
                let whole = expected.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
                #expect(content == whole)
            }
        }
    }

    @Test("has its length announced when one call ends it")
    func end() async throws {
        let length = "HTTP/1.1 200 OK\r\nContent-Length: "
        try await expect(length + "5\r\n\r\nhello") { try await $0.response.end("hello") }
        try await expect(length + "2\r\n\r\nab") { try await $0.response.end(bytes: [0x61, 0x62]) }
        try await expect(length + "2\r\n\r\nab") { try await $0.response.end(ByteBuffer(string: "ab")) }
        try await expect(length + "0\r\n\r\n") { try await $0.response.end() }
        try await expect(length + "0\r\n\r\n") { try await $0.response.end("") }
    }

    @Test("is empty when the handler writes none")
    func nothing() async throws {
        try await expect("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { _ in }
        try await expect("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { try await $0.response.write("") }
    }

    @Test("is chunked when it is written in parts, and small parts share a chunk")
    func parts() async throws {
        try await expect(Self.chunked + "b\r\nhello world\r\n0\r\n\r\n") { request in
            try await request.response.write("hello")
            try await request.response.write(" ")
            try await request.response.end("world")
        }
        try await expect(Self.chunked + "1\r\na\r\n0\r\n\r\n") { try await $0.response.write("a") }
    }

    @Test("can be written in every form")
    func forms() async throws {
        try await expect(Self.chunked + "16\r\ntext\nline\n\n1, 2, 3ABCD\r\n0\r\n\r\n") { request in
            let response = request.response
            try await response.writeLine("text")
            try await response.writeLine("line")
            try await response.writeLine()
            try await response.writeAll([1, 2, 3], separator: ", ")
            try await response.write(ByteBuffer(string: "AB"))
            try await response.write(bytes: [0x43, 0x44])
        }
    }

    @Test("can come from sequences")
    func sequences() async throws {
        try await expect(Self.chunked + "6\r\nabcdef\r\n0\r\n\r\n") { request in
            let texts = AsyncStream<String> { continuation in
                for text in ["a", "b", "", "c"] { continuation.yield(text) }
                continuation.finish()
            }
            try await request.response.write(contentsOf: texts)
            let buffers = AsyncStream<ByteBuffer> { continuation in
                for text in ["d", "ef"] { continuation.yield(ByteBuffer(string: text)) }
                continuation.finish()
            }
            try await request.response.write(contentsOf: buffers)
        }
    }

    @Test("can be the request's, as it comes")
    func echo() async throws {
        let size = 3_000_000
        try await withServer { request in
            try await request.response.write(contentsOf: request.body)
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
            client.send(ByteBuffer(repeating: 0x61, count: size))
            #expect(try await client.response().content.count == size)
        }
    }

    @Test("is sent by flush")
    func flush() async throws {
        let proceed = Events<Void>()
        try await withServer { request in
            try await request.response.flush()
            try await proceed.next()
            try await request.response.write("one")
            try await request.response.flush()
            try await proceed.next()
            try await request.response.write("two")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            #expect(try await client.receive(Self.chunked.utf8.count) == Self.chunked)
            proceed.add()
            #expect(try await client.receive(8) == "3\r\none\r\n")
            proceed.add()
            #expect(try await client.receive(13) == "3\r\ntwo\r\n0\r\n\r\n")
        }
    }

    @Test("is sent at once without buffering, each write as a chunk")
    func unbuffered() async throws {
        let proceed = Events<Void>()
        try await withServer { request in
            #expect(request.response.buffersOutput)
            request.response.buffersOutput = false
            try await request.response.write("one")
            try await proceed.next()
            try await request.response.write("two")
            try await request.response.write("three")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            #expect(try await client.receive(through: "one\r\n") == Self.chunked + "3\r\none\r\n")
            proceed.add()
            #expect(try await client.receive(through: "0\r\n\r\n") == "3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n")
        }
    }

    @Test("is sent when 8 KiB have been gathered")
    func gathering() async throws {
        let proceed = Events<Void>()
        try await withServer { request in
            for _ in 0..<9 { try await request.response.write(String(repeating: "a", count: 1000)) }
            try await proceed.next()
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            let length = Self.chunked.utf8.count + "2328\r\n".utf8.count + 9000
            #expect(try await client.receive(length).hasPrefix(Self.chunked + "2328\r\naaa"))
            proceed.add()
            #expect(try await client.receive(through: "0\r\n\r\n") == "\r\n0\r\n\r\n")
        }
    }

    @Test("has trailers, which need chunks")
    func trailers() async throws {
        try await expect(Self.chunked + "4\r\ndone\r\n0\r\nServer-Timing: a\r\n\r\n") { request in
            try await request.response.write("do")
            request.response.trailers = [.serverTiming: "a"]
            #expect(request.response.trailers[.serverTiming] == "a")
            try await request.response.end("ne")
        }
        try await expect(Self.chunked + "4\r\ndone\r\n0\r\nServer-Timing: a\r\n\r\n") { request in
            request.response.trailers = [.serverTiming: "a"]
            try await request.response.end("done")
        }
    }

    @Test("goes out as fast as the client takes it, in bounded memory")
    func backPressure() async throws {
        let written = Shared(0)
        try await withServer { request in
            for _ in 0..<1000 {
                try await request.response.write(ByteBuffer(repeating: 0x61, count: 50_000))
                written.change { $0 += 50_000 }
            }
        } test: { server in
            let client = try await server.connect(receiveBuffer: 65_536)
            try await client.pauseReading()
            client.send(get())
            try await eventually {
                let before = written.value
                try await Task.sleep(for: .milliseconds(30))
                return before > 0 && written.value == before
            }
            #expect(written.value < 20_000_000, "\(written.value) bytes were written that nobody takes")
            try await client.resumeReading()
            #expect(try await client.countContent() == 50_000_000)
        }
    }
}
