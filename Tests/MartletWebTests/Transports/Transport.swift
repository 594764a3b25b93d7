import Martlet
import Testing

/// The ways in which a request for a file can come. (How they differ below, MartletTests has tests for.)
enum Transport: CaseIterable, CustomTestStringConvertible {
    case http1
    /// HTTP/2 with prior knowledge.
    case http2

    var testDescription: String { self == .http1 ? "HTTP/1.1" : "HTTP/2" }
}

/// Serves `handler` over a transport, and runs `test` with the server and a client that reaches it over that transport.
func withServer(
    over transport: Transport,
    _ configuration: HTTPServer.Configuration = .bare,
    client change: (inout HTTPClient.Configuration) -> Void = { _ in },
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer, HTTPClient) async throws -> Void
) async throws {
    let configuration = configuration.with { $0.http2.allowsPriorKnowledge = transport == .http2 }
    var clientConfiguration = HTTPClient.Configuration()
    clientConfiguration.http2 = transport == .http2 ? .always : .never
    change(&clientConfiguration)
    let client = HTTPClient(configuration: clientConfiguration)
    try await withServer(configuration, handler) { server in
        do {
            try await test(server, client)
        } catch {
            await client.close(force: true)
            throw error
        }
        await client.close(force: true)
    }
}
