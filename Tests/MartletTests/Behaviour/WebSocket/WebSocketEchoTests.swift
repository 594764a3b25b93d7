import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("A WebSocket between server and client")
struct WebSocketEchoTests {
    static let compressions: [WebSocketCompression] = [
        .off, .on, WebSocketCompression(serverNoContextTakeover: true, clientNoContextTakeover: true),
        WebSocketCompression(serverMaxWindowBits: 9, clientMaxWindowBits: 10),
        WebSocketCompression(serverMaxWindowBits: 8, clientMaxWindowBits: 8),
    ]

    static let messages: [WebSocket.Message] = [
        .text(""), .text("Hello"), .text("grüße 🐦"), .binary(ByteBuffer()), .binary(ByteBuffer(bytes: 0...255)),
        .text(String(repeating: "{\"bird\": \"martlet\"} ", count: 50)),
        .text(String(repeating: "{\"bird\": \"swallow\"} ", count: 50)),
        .binary(ByteBuffer(repeating: 7, count: 65_536)), .text(String(repeating: "€", count: 100_000)),
        .binary(ByteBuffer(bytes: (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })),
    ]

    @Test("carries every message there and back", arguments: compressions)
    func echoes(_ compression: WebSocketCompression) async throws {
        try await withEcho(compression: compression) { server in
            let socket = try await WebSocket.connect(server.webSocketURL, compression: compression)
            #expect(socket.extensions.hasPrefix("permessage-deflate") == compression.isEnabled)
            for message in Self.messages {
                try await socket.send(message)
                let answer = try await socket.receive()
                #expect(answer == message, "\(socket.closeReason ?? "")")
            }
            // Many at once.
            let sending = Task {
                for number in 0..<500 { try await socket.send("\(number)") }
            }
            for number in 0..<500 { #expect(try await socket.receive() == .text("\(number)")) }
            try await sending.value
            await socket.close()
            #expect((socket.closeCode, socket.readyState) == (.normalClosure, .closed))
            #expect(try await socket.receive() == nil)
            await #expect(throws: WebSocketError.closed(.normalClosure)) { try await socket.send("x") }
        }
    }

    @Test("streams a message in both directions", arguments: [.off, .on] as [WebSocketCompression])
    func streams(_ compression: WebSocketCompression) async throws {
        let piece = ByteBuffer(bytes: (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) })
        try await withServer { request in
            let socket = try await WebSocket.upgrade(request, compression: compression, maximumMessageSize: nil)
            while let stream = try await socket.receiveStream() {
                if stream.kind == .text { continue }
                try await socket.send(contentsOf: stream)
            }
        } test: { server in
            let socket = try await WebSocket.connect(
                server.webSocketURL,
                compression: compression,
                maximumMessageSize: nil
            )
            try await socket.send("skipped")
            let sending = Task {
                try await socket.send(contentsOf: AsyncStream(pieces: Array(repeating: piece, count: 100)))
            }
            let stream = try #require(try await socket.receiveStream())
            #expect(stream.kind == .binary)
            var received = ByteBuffer()
            for try await bytes in stream { received.writeImmutableBuffer(bytes) }
            #expect(received.readableBytes == 2_000_000)
            #expect(received.readableBytesView.suffix(20_000).elementsEqual(piece.readableBytesView))
            try await sending.value
            await socket.close()
        }
    }

    @Test("lets one message end before the next begins")
    func noMixing() async throws {
        try await withEcho { server in
            let socket = try await WebSocket.connect(server.webSocketURL)
            let (stream, pieces) = AsyncStream.makeStream(of: String.self)
            let streaming = Task { try await socket.send(contentsOf: stream) }
            pieces.yield("one, ")
            // A ping may pass.
            _ = try await socket.ping()
            let sending = Task { try await socket.send("three") }
            pieces.yield("two")
            pieces.finish()
            let first = try await socket.receive()
            let second = try await socket.receive()
            let received = [first, second]
            #expect(received.contains(.text("one, two")))
            #expect(received.contains(.text("three")))
            try await streaming.value
            try await sending.value
        }
    }

    @Test("closes when the source of a streamed message fails")
    func brokenSource() async throws {
        struct Broken: Error {}
        try await withEcho { server in
            let socket = try await WebSocket.connect(server.webSocketURL)
            let source = AsyncThrowingStream<String, any Error> { continuation in
                continuation.yield("some")
                continuation.finish(throwing: Broken())
            }
            await #expect(throws: Broken.self) { try await socket.send(contentsOf: source) }
            #expect(try await socket.receive() == nil)
            #expect(socket.closeCode == .internalServerError)
        }
    }

    @Test("measures the way there and back")
    func ping() async throws {
        try await withEcho { server in
            let socket = try await WebSocket.connect(server.webSocketURL)
            for _ in 0..<3 { #expect(try await socket.ping() > .zero) }
            #expect(socket.connectionInfo?.remotePort == server.port)
            await socket.close()
            await #expect(throws: WebSocketError.closed(.normalClosure)) { try await socket.ping() }
            #expect(socket.connectionInfo == nil)
        }
    }

    @Test("keeps quiet peers that answer pings")
    func pingInterval() async throws {
        try await withEcho { server in
            let time = HeldTime.forTest()
            let client = makeClient { $0.time = TimeSource(held: time) }
            let socket = try await WebSocket.connect(server.webSocketURL, pingInterval: .seconds(30), client: client)
            for _ in 0..<3 {
                await time.advance(by: .seconds(30))
                // Its answer comes after that to the ping of the silence.
                _ = try await socket.ping()
            }
            #expect(socket.readyState == .open)
            socket.pingInterval = nil
            try await socket.send("still here")
            #expect(try await socket.receive() == .text("still here"))
        }
    }

    @Test("refuses a second reader at the same time")
    func twoReaders() async throws {
        try await withEcho { server in
            let socket = try await WebSocket.connect(server.webSocketURL)
            let readings = (0..<2).map { _ in Task { try await socket.receive() } }
            var refusals = 0
            try await eventually {
                do {
                    _ = try await within(.milliseconds(20)) { try await socket.receive() }
                } catch WebSocketError.alreadyReading {
                    refusals += 1
                } catch {}
                return refusals > 0
            }
            for reading in readings { reading.cancel() }
            for reading in readings { _ = await reading.result }
            try await socket.send("x")
            #expect(try await socket.receive() == .text("x"))
        }
    }

    @Test("is one of a thousand")
    func thousand() async throws {
        try await withEcho { server in
            let client = makeClient { $0.maximumConnectionsPerHost = 2000 }
            try await withThrowingTaskGroup(of: WebSocket.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let socket = try await WebSocket.connect(server.webSocketURL, compression: .off, client: client)
                        try await socket.send("\(number)")
                        #expect(try await socket.receive() == .text("\(number)"))
                        return socket
                    }
                }
                var sockets: [WebSocket] = []
                for try await socket in group { sockets.append(socket) }
                #expect(server.connectionCounts.total == 1000)
            }
            try await eventually { server.connectionCounts.total == 0 }
        }
    }
}

extension AsyncStream where Element: Sendable {
    fileprivate init(pieces: [Element]) {
        self.init { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }
    }
}
