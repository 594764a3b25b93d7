import HTTPTypes
import HTTPWire
import NIOCore

/// A client that sends HTTP requests.
///
/// ```swift
/// let response = try await HTTPClient.shared.get("http://127.0.0.1:4040/")
/// print(try await response.text())
/// ```
///
/// Connections are kept open for further requests to the same server. There is nothing to shut down: a client that goes
/// out of scope closes its idle connections, and those in use when their responses have been read.
public final class HTTPClient: Sendable {
    /// The client with the default configuration that the whole process shares.
    public static let shared = HTTPClient()

    let core: ClientCore

    /// A client with its own connections.
    public init(configuration: Configuration = Configuration()) {
        self.core = ClientCore(configuration)
    }

    deinit {
        core.retire()
    }

    /// The settings that the client was made with.
    public var configuration: Configuration { core.configuration }

    /// How many connections the client has now. Detached ones, such as those of WebSockets, do not count: they belong
    /// to the caller.
    public var connectionCounts: ConnectionCounts {
        let counts = core.pool.counts
        var info = ConnectionCounts()
        info.total = counts.open
        info.idle = counts.idle
        info.active = counts.open - counts.idle
        return info
    }

    /// Accepts no more requests and closes the connections that are free. Responses that have begun can be read; with
    /// `force` they are cut off before this returns. Further requests throw ``HTTPClientError/clientClosed``. Closing
    /// twice is fine.
    public func close(force: Bool = false) async {
        await core.close(force: force)
    }

    // MARK: Credentials

    /// Adds credentials for everything under `url`'s path up to its last slash.
    ///
    /// - Parameter credentials: The credentials to send.
    /// - Parameter url: A URL of the server or of the part of it that they are for.
    /// - Parameter realm: The realm that they are for. Any by default.
    /// - Throws: ``HTTPClientError/invalidURL(_:)``.
    public func addCredentials(_ credentials: HTTPCredentials, for url: String, realm: String? = nil) throws {
        guard let parsed = HTTPURL(url) else { throw HTTPClientError.invalidURL(url) }
        core.authentication.add(credentials, for: ProtectionSpace(parsed), realm: realm)
    }

    /// Adds credentials for a proxy.
    ///
    /// - Throws: ``HTTPClientError/invalidURL(_:)`` when `host` is not a host.
    public func addProxyCredentials(
        _ credentials: HTTPCredentials,
        host: String,
        port: Int,
        realm: String? = nil
    ) throws {
        guard let url = HTTPURL(host: host, port: port) else { throw HTTPClientError.invalidURL(host) }
        core.authentication.add(credentials, for: ProtectionSpace(url.origin), realm: realm)
    }

    // MARK: Requests

    /// Sends a GET request.
    ///
    /// - Parameters:
    ///   - url: An absolute URL such as `http://example.com/`.
    ///   - headers: Fields that replace the client's default fields of the same names. None by default.
    /// - Returns: the response as soon as its head has arrived; its content is read from it.
    /// - Throws: ``HTTPClientError``, or `CancellationError` when the task is cancelled.
    public func get(_ url: String, headers: HTTPFields = [:]) async throws -> HTTPClientResponse {
        try await send(.get, url, headers: headers)
    }

    /// Sends a HEAD request. See ``get(_:headers:)``.
    public func head(_ url: String, headers: HTTPFields = [:]) async throws -> HTTPClientResponse {
        try await send(.head, url, headers: headers)
    }

    /// Sends a POST request with `body`. See ``get(_:headers:)``.
    public func post(
        _ url: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> HTTPClientResponse {
        try await send(.post, url, body: body, headers: headers)
    }

    /// Sends a PUT request with `body`. See ``get(_:headers:)``.
    public func put(
        _ url: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> HTTPClientResponse {
        try await send(.put, url, body: body, headers: headers)
    }

    /// Sends a PATCH request with `body`. See ``get(_:headers:)``.
    public func patch(
        _ url: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> HTTPClientResponse {
        try await send(.patch, url, body: body, headers: headers)
    }

    /// Sends a DELETE request, by default without content. See ``get(_:headers:)``.
    public func delete(
        _ url: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> HTTPClientResponse {
        try await send(.delete, url, body: body, headers: headers)
    }

    /// Sends a request with any method. See ``get(_:headers:)``.
    public func send(
        _ method: HTTPRequest.Method,
        _ url: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> HTTPClientResponse {
        var draft = try RequestDraft(method, url, core: core)
        draft.replaceHeaders(with: headers, core: core)
        draft.body = body
        return try await core.send(draft)
    }

    /// Makes a request to set up and write to. Nothing is sent before the first write or the end of the request.
    ///
    /// ```swift
    /// let request = try client.open(.post, "http://127.0.0.1:4049/file.txt")
    /// request.headers[.contentType] = "application/json"
    /// try await request.write(text)
    /// let response = try await request.end()
    /// ```
    ///
    /// - Throws: ``HTTPClientError/invalidURL(_:)`` or ``HTTPClientError/unsupportedScheme(_:)``.
    public func open(_ method: HTTPRequest.Method, _ url: String) throws -> HTTPClientRequest {
        HTTPClientRequest(try RequestDraft(method, url, core: core), client: self)
    }
}
