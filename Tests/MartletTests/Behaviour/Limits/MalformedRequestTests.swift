import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("Every malformed request")
struct MalformedRequestTests {
    @Test("gets the status that its error names, and the connection closes", arguments: [false, true])
    func answers(isLast: Bool) async throws {
        for (limits, requests) in Dictionary(grouping: MalformedRequests.all, by: \.limits) {
            let configuration = HTTPServer.Configuration.bare.with { if let limits { $0.headLimits = limits } }
            try await withServer(configuration) { request in
                _ = try await request.collect()
            } test: { server in
                for request in requests {
                    let client = try await server.connect()
                    // After another request the same holds as on a new connection.
                    if isLast, limits == nil {
                        client.send(get())
                        #expect(try await client.response().status == 200)
                    }
                    client.send(ByteBuffer(bytes: request.bytes))
                    let response = try await client.response()
                    #expect(response.status == request.status, "\(request.name): \(response)")
                    #expect(response["Connection"] == "close", "\(request.name)")
                    #expect(!response.text.isEmpty, "\(request.name) is told why")
                    #expect(try await client.expectEnd(), "\(request.name)")
                }
            }
        }
    }
}
