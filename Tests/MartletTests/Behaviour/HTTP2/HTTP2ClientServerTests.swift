import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

/// What both ends of this project make of each other; `Transports` has the rest.
@Suite("HTTP/2, client and server", .timeLimit(.minutes(5)))
struct HTTP2ClientServerTests {
    @Test("A hundred requests at once share a connection, and come back with their own", arguments: [false, true])
    func load(isSecure: Bool) async throws {
        try await withServer(over: isSecure ? .http2Secure : .http2) { request in
            let text = try await request.text()
            try await request.response.end("\(request.version) \(request.url.path) \(text.count)")
        } test: { server, client in
            let url = server.url
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<90 {
                    group.addTask {
                        let body = String(repeating: "x", count: number * 100)
                        let text = try await client.post("\(url)\(number)", body: .text(body)).text()
                        return text == "2 /\(number) \(number * 100)"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(client.connectionCounts.total == 1)
        }
    }

    @Test("Large contents go both ways, at the reader's speed")
    func large() async throws {
        let size = 8 << 20
        try await withServer(over: .http2Secure) { request in
            // Back as it comes.
            for try await bytes in request.body { try await request.response.write(bytes) }
            try await request.response.end()
        } test: { server, client in
            let piece = ByteBuffer(bytes: (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let parts = AsyncStream<ByteBuffer> { continuation in
                for _ in 0..<(size / 65_536) { continuation.yield(piece) }
                continuation.finish()
            }
            let response = try await client.post(server.url, body: .stream(parts))
            var rest = ByteBuffer()
            var count = 0
            for try await bytes in response.body {
                rest.writeImmutableBuffer(bytes)
                while let part = rest.readSlice(length: 65_536) {
                    #expect(part == piece)
                    count += part.readableBytes
                }
                rest.discardReadBytes()
            }
            #expect(count == size)
        }
    }

    @Test("A WebSocket has a connection of HTTP/1.1 to itself")
    func webSocket() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { request in
            guard WebSocket.isUpgradeRequest(request) else { return try await request.response.end("page") }
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        } test: { server in
            let client = certificates.makeClient()
            let page = try await client.get(server.url)
            #expect(page.version == .http2)
            let socket = try await WebSocket.connect("wss://127.0.0.1:\(server.port)/", client: client)
            try await socket.send("hello")
            let echo = try await socket.receive()
            #expect(echo == .text("hello"))
            await socket.close()
            let text = try await page.text()
            #expect(text == "page")
        }
    }

    @Test("A server that shuts down finishes what it has begun, and takes no more")
    func shutdown() async throws {
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withServer(over: .http2) { request in
            arrived.add()
            try await proceed.next()
            try await request.response.end("done")
        } test: { server, client in
            let url = server.url
            async let response = client.get(url)
            try await arrived.next()
            let closing = Task { await server.close() }
            try await eventually { client.connectionCounts.total == 1 && client.connectionCounts.idle == 0 }
            proceed.add()
            let text = try await response.text()
            #expect(text == "done")
            await closing.value
            // It has said goodbye.
            try await eventually { client.connectionCounts.total == 0 }
            await #expect(throws: HTTPClientError.self) { try await client.get(url) }
        }
    }
}
