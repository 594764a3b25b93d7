import Martlet
import Testing

@Suite("The samples of docs/coming-from-dart.md", .timeLimit(.minutes(5)))
struct DartSamples {
    // A port that others may use.
    func serve() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
        try await server.serve { request in
            try await request.response.end("Hello, world!")
        }
    }

    @Test func posts() async throws {
        let data = ["name": "Han Solo"]
        try await answering {
            let response = try await HTTPClient.shared.post("http://localhost:4049/file.txt", body: .json(data))
            print(try await response.text())
        }
    }
}
