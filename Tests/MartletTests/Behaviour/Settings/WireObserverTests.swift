import Foundation
import HTTPTypes
import Martlet
import NIOCore
import Synchronization
import Testing

/// Observers of connections are shown what is on the wire, byte for byte, or inside of TLS.
@Suite(.timeLimit(.minutes(5)))
struct WireObserverTests {
    /// Keeps what it is shown.
    private final class Recorder: WireObserver, Sendable {
        struct State {
            var received: [UInt8] = []
            var sent: [UInt8] = []
            var closes = 0
        }

        let state = Mutex(State())

        func received(_ bytes: ByteBuffer) {
            state.withLock { $0.received += bytes.readableBytesView }
        }

        func sent(_ bytes: ByteBuffer) {
            state.withLock { $0.sent += bytes.readableBytesView }
        }

        func closed() {
            state.withLock { $0.closes += 1 }
        }

        var received: String { state.withLock { String(decoding: $0.received, as: UTF8.self) } }
        var sent: String { state.withLock { String(decoding: $0.sent, as: UTF8.self) } }
    }

    private static func configuration(_ recorder: Recorder) -> HTTPServer.Configuration {
        HTTPServer.Configuration.bare.with {
            $0.http2.allowsPriorKnowledge = true
            $0.wireObserver = { recorder }
        }
    }

    @Test(arguments: RawTransport.allCases)
    func showsRequestsAndResponses(_ transport: RawTransport) async throws {
        let recorder = Recorder()
        try await withServer(over: transport, Self.configuration(recorder)) { request in
            let text = try await request.text()
            try await request.response.end("You said \(text).")
        } test: { _, connect in
            let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
            let client = try await connect()
            try await client.send(request, inPiecesOf: 7)
            let response = try await client.receiveToEnd()
            #expect(
                response
                    == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 12\r\n\r\nYou said hi."
            )
            await client.close()
            try await eventually { recorder.state.withLock { $0.closes } == 1 }
            #expect(recorder.received == request)
            #expect(recorder.sent == response)
        }
    }

    @Test func showsWhatIsMalformed() async throws {
        let recorder = Recorder()
        try await withServer(Self.configuration(recorder)) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send("GET\r\n\r\n")
            let response = try await client.receiveToEnd()
            #expect(response.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(recorder.received == "GET\r\n\r\n")
            #expect(recorder.sent == response)
        }
    }

    @Test("Parts of files too, which without an observer the kernel sends")
    func showsFiles() async throws {
        let path = NSString(string: NSTemporaryDirectory()).appendingPathComponent("wire-\(UUID())")
        let content = String(repeating: "0123456789abcdef", count: 20_000)
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let recorder = Recorder()
        try await withServer(Self.configuration(recorder)) { request in
            let file = try await OpenFile.open(path)
            try await request.response.end(file, 0..<file.byteCount())
        } test: { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let response = try await client.receiveToEnd()
            #expect(response.hasSuffix("\r\n\r\n\(content)"))
            #expect(recorder.sent == response)
        }
    }

    @Test(arguments: [Transport.http2, .http2Secure])
    func showsHTTP2(_ transport: Transport) async throws {
        let recorder = Recorder()
        try await withServer(over: transport, Self.configuration(recorder)) { request in
            try await request.response.end("Hello")
        } test: { server, client in
            let scheme = transport.isSecure ? "https" : "http"
            let response = try await client.get("\(scheme)://localhost:\(server.port)/")
            let text = try await response.text()
            #expect(text == "Hello")
            let (received, sent) = recorder.state.withLock { ($0.received, $0.sent) }
            #expect(received.starts(with: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
            // SETTINGS, and among the rest a frame with the content.
            #expect(sent.count > 9 && sent[3] == 4)
            #expect(String(decoding: sent, as: UTF8.self).contains("Hello"))
        }
    }

    @Test func showsWebSockets() async throws {
        let recorder = Recorder()
        try await withServer(Self.configuration(recorder)) { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        } test: { server in
            let socket = try await WebSocket.connect("ws://127.0.0.1:\(server.port)/")
            try await socket.send("Hello")
            let message = try await socket.receive()
            #expect(message == .text("Hello"))
            #expect(recorder.sent.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            let sent = recorder.state.withLock { $0.sent }
            let end = try #require(sent.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound)
            #expect(sent[end...].count >= 2)
            await socket.close()
        }
    }
}
