import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

@Suite("HTTP/2: contents of any size, and their pace")
struct HTTP2FlowTests {
    @Test("A request's content is let in as the handler reads it")
    func requestContent() async throws {
        let gate = Events<Void>()
        let total = 1_000_000
        try await withServer(HTTPServer.Configuration.priorKnowledge.with { $0.http2.streamWindow = 100_000 }) {
            request in
            try await gate.next()
            var count = 0
            for try await bytes in request.body { count += bytes.readableBytes }
            try await request.response.end("\(count)")
        } test: { server in
            let client = try await server.beginHTTP2()
            let chunk = String(repeating: "x", count: 10_000)
            client.send(.request(1, "POST", "/", end: false))
            client.send((0..<10).map { _ in .data(1, chunk, end: false) })
            client.send(.ping())
            // The window is used up, and nobody has read anything.
            while true {
                let frame = try await client.next()
                #expect(frame.kind != .windowUpdate)
                if frame.kind == .ping { break }
            }
            gate.add()
            var (sent, window) = (100_000, 0)
            while sent < total {
                window += Int(try await client.next(.windowUpdate, stream: 1).word(at: 0) ?? 0)
                #expect(window <= 100_000)
                while window >= chunk.utf8.count, sent < total {
                    client.send(.data(1, chunk, end: false))
                    window -= chunk.utf8.count
                    sent += chunk.utf8.count
                }
            }
            client.send(.data(1))
            #expect(try await client.reply().text == "\(total)")
        }
    }

    @Test("Contents that nobody reads share the connection's window, which opens when somebody does")
    func connectionWindow() async throws {
        let gate = Events<Void>()
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.http2.streamWindow = 65_535
            $0.http2.connectionWindow = 131_070
        }
        try await withServer(configuration) { request in
            if request.target == "/wait" { try await gate.next() }
            try await request.response.end("\(try await request.collect().readableBytes)")
        } test: { server in
            let client = try await server.beginHTTP2()
            let chunk = String(repeating: "x", count: 13_107)
            for stream in [UInt32(1), 3] {
                client.send(.request(stream, "POST", "/wait", end: false))
                client.send((0..<5).map { .data(stream, chunk, end: $0 == 4) })
            }
            client.send(.ping())
            while true {
                let frame = try await client.next()
                #expect(frame.kind != .windowUpdate)
                if frame.kind == .ping { break }
            }
            gate.add()
            #expect(try await client.next(.windowUpdate).stream == 0)
            gate.add()
        }
    }

    @Test("A response waits for its window, for that of the connection, and goes on when they grow")
    func responseContent() async throws {
        let written = Shared(0)
        let total = 3_000_000
        try await withServer(.priorKnowledge) { request in
            let piece = ByteBuffer(repeating: 0x61, count: 50_000)
            while written.value < total {
                try await request.response.write(piece)
                written.change { $0 += 50_000 }
            }
        } test: { server in
            let client = try await server.beginHTTP2((4, 10_000))
            client.send(.request(1))
            var count = 0
            while count < 10_000 { count += try await client.next(.data).payload.count }
            #expect(count == 10_000)
            // What fits is sent, a little more waits, and the handler with it.
            client.send(.ping())
            #expect(try await client.next().kind == .ping)
            #expect(written.value <= 150_000)
            client.send(.windowUpdate(1, 1_000_000))
            while count < 65_535 { count += try await client.next(.data).payload.count }
            #expect(count == 65_535)
            client.send(.ping())
            #expect(try await client.next().kind == .ping)
            client.send(.windowUpdate(0, 10_000_000), .windowUpdate(1, 10_000_000))
            while true {
                let frame = try await client.next(.data)
                #expect(frame.payload.count <= 16_384)
                count += frame.payload.count
                if frame.flags & Frame.endStream != 0 { break }
            }
            #expect(count == total)
        }
    }

    @Test("Whole contents larger than any window", arguments: [0, 1, 16_384, 16_385, 65_535, 65_536, 1_000_000])
    func wholeContent(count: Int) async throws {
        try await withServer(.priorKnowledge) { request in
            try await request.response.end(ByteBuffer(repeating: 0x61, count: count))
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            let reply = try await client.reply()
            #expect(reply["content-length"] == "\(count)")
            #expect(reply.content.count == count)
        }
    }

    @Test("A client may grant room in small pieces, for much")
    func smallGrants() async throws {
        let size = 600_000
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.http2.maximumControlFrames = 100 }
        try await withServer(configuration) { request in
            try await request.response.end(ByteBuffer(repeating: 0x61, count: size))
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            var count = 0
            while count < size {
                let part = try await client.next(.data).payload.count
                count += part
                // As those do that read 4 KiB at a time.
                for start in stride(from: 0, to: part, by: 4_096) {
                    let increment = UInt32(min(4_096, part - start))
                    client.send(.windowUpdate(0, increment), .windowUpdate(1, increment))
                }
            }
            client.send(.request(3, "HEAD"))
            #expect(try await client.reply(3).status == 200)
        }
    }

    @Test("A client may take larger frames, and change the windows of streams while they wait")
    func settings() async throws {
        try await withServer(.priorKnowledge) { request in
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 50_000))
        } test: { server in
            let client = try await server.beginHTTP2((5, 40_000), (4, 0))
            client.send(.request(1))
            _ = try client.fields(of: try await client.next(.headers))
            client.send(.ping())
            while try await client.next().kind != .ping {}
            client.send(.settings((4, 45_000)))
            let sizes = [try await client.next(.data).payload.count, try await client.next(.data).payload.count]
            #expect(sizes == [40_000, 5_000])
            // Below zero, so that the first bytes granted only make up for it.
            client.send(.settings((4, 40_000)), .windowUpdate(1, 5_000), .ping())
            while true {
                let frame = try await client.next()
                #expect(frame.kind != .data)
                if frame.kind == .ping { break }
            }
            client.send(.windowUpdate(1, 5_000))
            let last = try await client.next(.data)
            #expect(last.payload.count == 5_000 && last.flags == Frame.endStream)
        }
    }

    @Test("Streams take turns")
    func fairness() async throws {
        try await withServer(.priorKnowledge) { request in
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 500_000))
        } test: { server in
            let client = try await server.beginHTTP2((4, 1_000_000))
            client.send(.request(1), .request(3))
            client.send(.windowUpdate(0, 5_000_000))
            var seen: [UInt32] = []
            var open = 2
            while open > 0 {
                let frame = try await client.next(.data)
                seen.append(frame.stream)
                if frame.flags & Frame.endStream != 0 { open -= 1 }
            }
            // The second begins long before the first ends.
            let second = try #require(seen.firstIndex(of: 3))
            let end = try #require(seen.lastIndex(of: 1))
            #expect(second < end)
        }
    }

    @Test("Files and compressed contents are sent like others", arguments: [true, false])
    func files(isCompressed: Bool) async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with { $0.autoCompress = isCompressed }
        let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 100) }
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "file").path
            try Data(bytes).write(to: URL(filePath: path))
            try await withServer(configuration) { request in
                request.response.headers[.contentType] = "text/plain"
                let file = try await OpenFile.open(path)
                try await request.response.end(file, 0..<bytes.count)
            } test: { server in
                let client = try await server.beginHTTP2()
                client.send(.request(1, "GET", "/", [("accept-encoding", "gzip")]))
                let reply = try await client.reply(1)
                #expect(reply["content-encoding"] == (isCompressed ? "gzip" : nil))
                if isCompressed {
                    #expect(reply.content.starts(with: [0x1F, 0x8B]) && reply.content.count < 100_000)
                } else {
                    #expect(reply.content == bytes)
                    #expect(reply["content-length"] == "400000")
                }
                client.send(.request(3, "HEAD", "/"))
                let head = try await client.reply(3)
                #expect(head.content.isEmpty)
            }
        }
    }
}
