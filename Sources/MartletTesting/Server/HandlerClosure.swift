import Martlet

/// A closure as a handler.
struct HandlerClosure: RequestHandler {
    let handler: HTTPServer.Handler

    func handle(_ request: HTTPServerRequest) async throws {
        try await handler(request)
    }
}
