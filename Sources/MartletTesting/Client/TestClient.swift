import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Synchronization

/// A client of a ``TestServer``, with connections and cookies of its own.
///
/// Paths are those of the server: `/notes?limit=3`. An absolute URL reaches the same server, whatever host it names, so
/// that handlers for several hosts can be tested. Redirects are not followed, compressed content is left as it is, and
/// cookies are kept and sent back, unless the settings say otherwise. The client's own deadlines are off: the server's are
/// tested.
public final class TestClient: TestRequestSender {
    /// How long a request may take by the system's time. A test that passes never waits for it.
    public static let patience = Duration.seconds(60)

    static var defaultConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.followsRedirects = false
        configuration.decompresses = false
        configuration.cookieJar = CookieJar()
        configuration.idleTimeout = nil
        configuration.readTimeout = nil
        configuration.poolTimeout = nil
        configuration.http2.pingInterval = nil
        configuration.maximumRetries = 0
        configuration.findProxy = { _ in .direct }
        return configuration
    }

    private let runner: ServerRunner
    private let configuration: HTTPClient.Configuration
    private let heads = RequestHeads()
    private let made = Mutex<HTTPClient?>(nil)

    init(_ runner: ServerRunner, faults: [ConnectionFault], configuration: HTTPClient.Configuration) {
        var configuration = configuration
        let (heads, previous) = (heads, configuration.onRequestHead)
        configuration.onRequestHead = { head in
            heads.add(head)
            previous?(head)
        }
        if !faults.isEmpty { configuration.makeChannelHandlers = { [FaultInjector(faults, $0)] } }
        self.runner = runner
        self.configuration = configuration
    }

    /// The client that the requests are sent by, for what this type has no method for, with URLs by ``url(_:)``.
    ///
    /// - Throws: What is wrong with the handler, or ``TestingError``.
    public var client: HTTPClient {
        get async throws {
            let server = try await runner.server
            return made.withLock { client in
                if let client { return client }
                let made = HTTPClient(configuration: runner.connect(configuration, to: server))
                client = made
                return made
            }
        }
    }

    /// The absolute URL of a path.
    ///
    /// - Throws: ``TestingError`` if it is neither a path nor a URL.
    public func url(_ path: String) throws(TestingError) -> String {
        if path.hasPrefix("/") { return "\(runner.scheme)://localhost\(path)" }
        if path.contains("://") { return path }
        throw TestingError("\(String(reflecting: path)) is no path: it must begin with a slash, or be a whole URL.")
    }

    /// Sends a request and reads the whole response.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path with its query, or a URL.
    ///   - body: The content; none by default.
    ///   - headers: Fields of the request. None by default.
    /// - Throws: `HTTPClientError`, or ``TestingError`` if no response comes within ``patience``.
    public func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: HTTPRequestBody? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        let url = try url(path)
        let client = try await client
        let errorCount = runner.errors.count
        defer { heads.remove(method, path) }
        return try await withPatience("\(method) \(path)") {
            let response = try await client.send(method, url, body: body, headers: headers)
            let content = try await response.collect()
            return TestResponse(
                response,
                content: content,
                trailers: try await response.trailers,
                exchange: TestExchange(
                    carrier: self.runner.carrier,
                    requestHead: self.heads.first(method, path) ?? "\(method) \(path)",
                    errors: Array(self.runner.errors.dropFirst(errorCount))
                )
            )
        }
    }

    /// Opens a WebSocket, and closes it when `body` is over.
    ///
    /// - Parameters:
    ///   - path: The path with its query, or a URL of the scheme ws or wss.
    ///   - protocols: The subprotocols to offer. None by default.
    ///   - headers: Fields of the request. None by default.
    ///   - body: The test.
    /// - Throws: `WebSocketError` if the server does not accept the WebSocket; what `body` throws.
    public func webSocket<Result>(
        _ path: String,
        protocols: [String] = [],
        headers: HTTPFields = [:],
        _ body: (WebSocket) async throws -> Result
    ) async throws -> Result {
        let url = try url(path)
        let client = try await client
        let socket = try await withPatience("The WebSocket \(path)") {
            // http and https stand for ws and wss in the URLs of the client.
            try await WebSocket.connect(
                url.hasPrefix("http") ? "ws" + url.dropFirst(4) : url,
                protocols: protocols,
                headers: headers,
                client: client
            )
        }
        do {
            let result = try await body(socket)
            await socket.close()
            return result
        } catch {
            await socket.close()
            throw error
        }
    }

    /// The events that the server sends at a path.
    ///
    /// - Throws: ``TestingError``; the iteration throws what that of `EventSource` throws.
    public func events(
        _ path: String,
        configuration: EventSource.Configuration = EventSource.Configuration()
    ) async throws -> EventSource {
        try await client.events(try url(path), configuration: configuration)
    }

    /// Closes the client's connections, also those that are in use.
    public func close() async {
        await made.withLock { $0 }?.close(force: true)
    }

    /// Runs `body` for as long as ``patience`` lasts.
    private func withPatience<Value: Sendable>(
        _ subject: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let time = runner.time
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw TestingError(
                    """
                    \(subject) has got no response within \(Self.patience). The time of the test stands at \
                    \(time.now.offset): if the server waits for a deadline, move it with `time.advance(by:)`.
                    """
                )
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

/// The heads of the requests that are under way, as they were sent.
private final class RequestHeads: Sendable {
    private let heads = Mutex<[String]>([])

    func add(_ head: String) {
        heads.withLock { $0.append(head) }
    }

    /// The first head of a request to a path.
    func first(_ method: HTTPRequest.Method, _ path: String) -> String? {
        heads.withLock { heads in heads.first { Self.matches($0, method, path) } }
    }

    func remove(_ method: HTTPRequest.Method, _ path: String) {
        heads.withLock { heads in
            if let index = heads.firstIndex(where: { Self.matches($0, method, path) }) { heads.remove(at: index) }
        }
    }

    private static func matches(_ head: String, _ method: HTTPRequest.Method, _ path: String) -> Bool {
        guard path.hasPrefix("/") else { return head.hasPrefix("\(method.rawValue) ") }
        return head.hasPrefix("\(method.rawValue) \(path.prefix { $0 != "#" }) ")
    }
}
