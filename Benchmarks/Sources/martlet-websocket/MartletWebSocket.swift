import BenchmarkSupport
import Martlet

/// An echo over WebSockets with Martlet.
@main
enum MartletWebSocket {
    static func main() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: portArgument())
        try await server.serve { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket {
                try await socket.send(message)
            }
        }
    }
}
