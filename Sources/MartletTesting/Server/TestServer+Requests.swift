import HTTPTypes
import Martlet

/// The requests of the server's own client, which keeps cookies from one request to the next.
extension TestServer: TestRequestSender {
    /// Sends a request and reads the whole response. See ``TestClient/send(_:_:body:headers:)``.
    public func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await presentClient.send(method, path, body: body, headers: headers)
    }

    /// Opens a WebSocket, and closes it when `body` is over. See ``TestClient/webSocket(_:protocols:headers:_:)``.
    public func webSocket<Result>(
        _ path: String,
        protocols: [String] = [],
        headers: HTTPFields = [:],
        _ body: (WebSocket) async throws -> Result
    ) async throws -> Result {
        try await presentClient.webSocket(path, protocols: protocols, headers: headers, body)
    }

    /// The events that the server sends at a path. See ``TestClient/events(_:configuration:)``.
    public func events(
        _ path: String,
        configuration: EventSource.Configuration = EventSource.Configuration()
    ) async throws -> EventSource {
        try await presentClient.events(path, configuration: configuration)
    }
}
