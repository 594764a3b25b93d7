import BenchmarkSupport
import Martlet

/// Martlet's hello world, as the tutorial writes it.
@main
enum MartletHello {
    static func main() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: portArgument())
        try await server.serve { request in
            try await request.response.end(Answer.body)
        }
    }
}
