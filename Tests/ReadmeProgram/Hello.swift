import Martlet

@main
struct Hello {
    static func main() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
        print("Listening on \(server.url)")
        try await server.serve { request in
            try await request.response.end("Hello, world!")
        }
    }
}
