import HTTPTypes
import Logging
import Martlet
import Testing

extension HTTPServer.Configuration {
    /// Nothing in a response but what the test puts there, and nothing on the console.
    static var bare: Self {
        var configuration = HTTPServer.Configuration()
        configuration.defaultResponseHeaders = [:]
        configuration.sendsDate = false
        configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return configuration
    }

    func with(_ change: (inout Self) -> Void) -> Self {
        var configuration = self
        change(&configuration)
        return configuration
    }

    /// With a time that only the test moves.
    func held(by time: HeldTime) -> Self { with { $0.time = TimeSource(held: time) } }
}

extension HeldTime {
    /// A time that waits for this end of connections too.
    static func forTest() -> HeldTime { HeldTime(waitingFor: [RawClient.loop]) }
}

/// Binds a server to a free port, serves `handler`, runs `test`, and closes the server.
func withServer(
    _ configuration: HTTPServer.Configuration = .bare,
    on executor: (any TaskExecutor)? = nil,
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer) async throws -> Void
) async throws {
    try await Turnstile.servers.pass {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        try await run(server, on: executor, handler, test: test)
    }
}

/// Serves `handler`, runs `test`, and closes the server; then nothing may be left of connections and requests.
func run(
    _ server: HTTPServer,
    on executor: (any TaskExecutor)? = nil,
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer) async throws -> Void
) async throws {
    let watch = HandlerWatch()
    let serving = Task {
        do {
            try await server.serve(on: executor, watch.watch(handler))
        } catch HTTPServerError.serverClosed {
            // The test was faster.
        }
    }
    do {
        try await test(server)
    } catch {
        await server.close(force: true)
        try await serving.value
        throw error
    }
    await server.close(force: true)
    try await serving.value
    #expect(server.connectionCounts.total == 0)
    try await watch.expectNothingLeft()
}

/// Runs `test` with a connection whose request, `text`, has arrived at `handler`.
func withOpenRequest(
    _ configuration: HTTPServer.Configuration = .bare,
    on executor: (any TaskExecutor)? = nil,
    sending text: String = get(),
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer, RawClient) async throws -> Void
) async throws {
    let arrived = Events<Void>()
    try await withServer(configuration, on: executor) { request in
        arrived.add()
        try await handler(request)
    } test: { server in
        let client = try await server.connect()
        client.send(text)
        try await arrived.next()
        try await test(server, client)
    }
}

/// The same as ``withServer(_:on:_:test:)`` with a server that nobody serves yet.
func withBoundServer(
    _ configuration: HTTPServer.Configuration = .bare,
    test: (HTTPServer) async throws -> Void
) async throws {
    try await Turnstile.servers.pass {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
        do {
            try await test(server)
        } catch {
            await server.close(force: true)
            throw error
        }
        await server.close(force: true)
    }
}

extension HTTPServer {
    /// A connection to the server.
    func connect(receiveBuffer: Int? = nil) async throws -> RawClient {
        try await RawClient.connect(port: port, receiveBuffer: receiveBuffer)
    }

    /// The response to one request on a connection of its own.
    func response(to request: String) async throws -> RawResponse {
        let client = try await connect()
        client.send(request)
        return try await client.response(to: String(request.prefix { $0 != " " }))
    }

    /// All that the server sends until it closes.
    func transcript(of requests: String) async throws -> String {
        let client = try await connect()
        client.send(requests)
        return try await client.receiveToEnd()
    }
}

extension HTTPServer {
    /// Takes requests and drops them, until the server closes.
    func iterate() async throws {
        for try await _ in self {}
    }
}

/// Text of a GET request.
func get(_ target: String = "/", _ fields: String...) -> String {
    "GET \(target) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// Text of a POST request.
func post(_ content: String, _ fields: String...) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.utf8.count)\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n" + content
}
