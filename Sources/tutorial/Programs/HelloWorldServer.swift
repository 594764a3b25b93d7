import Martlet

/// The smallest server: it answers every request with `Hello, world!`.
///
/// Without the command line around it, the whole program is an `import Martlet` and five lines:
///
/// ```swift
/// let server = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
/// print("Listening on \(server.url)")
/// try await server.serve { request in
///     try await request.response.end("Hello, world!")
/// }
/// ```
///
/// `bind` reserves the port. `serve` calls the closure for every request, for several at the same time if need be, and
/// returns when the server is closed.
struct HelloWorldServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "hello-world-server",
        port: 4040,
        summary: "Answers every request with “Hello, world!”.",
        lesson: "How to bind a server to a host and a port, and how to answer requests: any method, any path.",
        answersAnyHost: true
    )

    init(options: NoOptions, console: Console) {}

    func handle(_ request: HTTPServerRequest) async throws {
        // `end` sends the text and its length, and completes the response. In response to HEAD the server sends the
        // header fields only.
        try await request.response.end("Hello, world!")
    }
}
