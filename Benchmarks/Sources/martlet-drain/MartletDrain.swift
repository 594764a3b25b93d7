import BenchmarkSupport
import Martlet

/// Reads and drops each request's body, then answers: what `--scenario upload` sends to.
@main
enum MartletDrain {
    static func main() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: portArgument())
        try await server.serve { request in
            for try await _ in request.body {}
            try await request.response.end(Answer.body)
        }
    }
}
