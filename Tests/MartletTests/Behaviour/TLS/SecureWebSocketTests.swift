import Martlet
import Testing

@Suite("TLS: WebSockets", .timeLimit(.minutes(5)))
struct SecureWebSocketTests {
    @Test("wss is a WebSocket over TLS, in both directions and to the end")
    func echo() async throws {
        let certificates = try await Certificates.make()
        try await withSecureServer(certificates.security) { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        } test: { server in
            let client = certificates.makeClient()
            let socket = try await WebSocket.connect("wss://localhost:\(server.port)/", client: client)
            for text in ["Hello", String(repeating: "long ", count: 100_000)] {
                try await socket.send(text)
                let answer = try await socket.receive()
                #expect(answer == .text(text))
            }
            await socket.close()
            #expect(socket.closeCode == .normalClosure)
        }
    }
}
