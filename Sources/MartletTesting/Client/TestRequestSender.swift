import HTTPTypes
import Martlet

/// A type that sends requests to the server of a test: a ``TestServer``, or one of its ``TestClient``s.
public protocol TestRequestSender: Sendable {
    /// Sends a request and reads the whole response.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path with its query, or a URL.
    ///   - body: The content; nil for none.
    ///   - headers: Fields of the request.
    /// - Throws: `HTTPClientError`, or ``TestingError``.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: HTTPRequestBody?,
        headers: HTTPFields
    ) async throws -> TestResponse
}

/// A method for each method of HTTP.
extension TestRequestSender {
    /// Sends a GET request. See ``send(_:_:body:headers:)``.
    public func get(_ path: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, path, body: nil, headers: headers)
    }

    /// Sends a HEAD request. See ``send(_:_:body:headers:)``.
    public func head(_ path: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.head, path, body: nil, headers: headers)
    }

    /// Sends a POST request with `body`. See ``send(_:_:body:headers:)``.
    public func post(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.post, path, body: body, headers: headers)
    }

    /// Sends a POST request with a value as JSON. See ``send(_:_:body:headers:)``.
    public func post(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.post, path, body: .json(value), headers: headers)
    }

    /// Sends a PUT request with `body`. See ``send(_:_:body:headers:)``.
    public func put(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.put, path, body: body, headers: headers)
    }

    /// Sends a PUT request with a value as JSON. See ``send(_:_:body:headers:)``.
    public func put(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.put, path, body: .json(value), headers: headers)
    }

    /// Sends a PATCH request with `body`. See ``send(_:_:body:headers:)``.
    public func patch(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.patch, path, body: body, headers: headers)
    }

    /// Sends a PATCH request with a value as JSON. See ``send(_:_:body:headers:)``.
    public func patch(
        _ path: String,
        json value: some Encodable,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.patch, path, body: .json(value), headers: headers)
    }

    /// Sends a DELETE request with `body`. See ``send(_:_:body:headers:)``.
    public func delete(
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await send(.delete, path, body: body, headers: headers)
    }
}
