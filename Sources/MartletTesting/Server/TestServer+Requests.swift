import HTTPTypes
import Martlet

/// The requests of the server's own client, which keeps cookies from one request to the next.
extension TestServer {
    /// Sends a request and reads the whole response. See ``TestClient/send(_:_:body:headers:)``.
    public func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await presentClient.send(method, path, body: body, headers: headers)
    }

    /// Sends a GET request. See ``TestClient/send(_:_:body:headers:)``.
    public func get(_ path: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, path, headers: headers)
    }

    /// Sends a HEAD request. See ``TestClient/send(_:_:body:headers:)``.
    public func head(_ path: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.head, path, headers: headers)
    }

    /// Sends a POST request with `body`. See ``TestClient/send(_:_:body:headers:)``.
    public func post(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.post, path, body: body, headers: headers)
    }

    /// Sends a POST request with a value as JSON. See ``TestClient/send(_:_:body:headers:)``.
    public func post(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.post, path, body: .json(value), headers: headers)
    }

    /// Sends a PUT request with `body`. See ``TestClient/send(_:_:body:headers:)``.
    public func put(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.put, path, body: body, headers: headers)
    }

    /// Sends a PUT request with a value as JSON. See ``TestClient/send(_:_:body:headers:)``.
    public func put(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.put, path, body: .json(value), headers: headers)
    }

    /// Sends a PATCH request with `body`. See ``TestClient/send(_:_:body:headers:)``.
    public func patch(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.patch, path, body: body, headers: headers)
    }

    /// Sends a PATCH request with a value as JSON. See ``TestClient/send(_:_:body:headers:)``.
    public func patch(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.patch, path, body: .json(value), headers: headers)
    }

    /// Sends a DELETE request with `body`. See ``TestClient/send(_:_:body:headers:)``.
    public func delete(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.delete, path, body: body, headers: headers)
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
