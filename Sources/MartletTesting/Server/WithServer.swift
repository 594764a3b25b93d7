import Martlet

/// Serves on a real port while `body` runs: for tests of what needs one, such as another program.
///
/// ```swift
/// try await withServer(router) { client, url in
///     let response = try await client.get(url + "notes")
///     #expect(response.status == .ok)
/// }
/// ```
///
/// The time is the system's.
///
/// - Parameters:
///   - handler: Answers the requests.
///   - middleware: Wraps the handler; none by default.
///   - configuration: The settings of the server; the defaults by default.
///   - body: The test, with a client and the URL of the server's root, which ends with a slash.
/// - Returns: What `body` returns, once the server is closed.
public func withServer<Result>(
    _ handler: some RequestHandler,
    around middleware: [any Middleware] = [],
    configuration: HTTPServer.Configuration = HTTPServer.Configuration(),
    _ body: (_ client: HTTPClient, _ url: String) async throws -> Result
) async throws -> Result {
    let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
    try await server.begin(around: middleware, handler)
    let client = HTTPClient()
    do {
        let result = try await body(client, server.url)
        await close(client, server)
        return result
    } catch {
        await close(client, server)
        throw error
    }
}

/// Serves on a real port with a closure while `body` runs.
///
/// - Parameters: as those of ``withServer(_:around:configuration:_:)``.
public func withServer<Result>(
    around middleware: [any Middleware] = [],
    configuration: HTTPServer.Configuration = HTTPServer.Configuration(),
    _ handler: @escaping HTTPServer.Handler,
    _ body: (_ client: HTTPClient, _ url: String) async throws -> Result
) async throws -> Result {
    try await withServer(HandlerClosure(handler: handler), around: middleware, configuration: configuration, body)
}

private func close(_ client: HTTPClient, _ server: HTTPServer) async {
    await client.close(force: true)
    await server.close(force: true)
}
