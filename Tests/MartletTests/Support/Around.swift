import Martlet

/// What a test puts around a handler.
struct Around: Middleware {
    private let wrap: @Sendable (@escaping HTTPServer.Handler) -> HTTPServer.Handler

    init(_ wrap: @escaping @Sendable (@escaping HTTPServer.Handler) -> HTTPServer.Handler) {
        self.wrap = wrap
    }

    func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        wrap(handler)
    }
}
