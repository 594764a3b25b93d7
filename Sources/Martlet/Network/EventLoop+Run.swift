import NIOCore

extension EventLoop {
    /// Runs `body` on this loop: immediately if the caller is already on it, otherwise after a hop.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if inEventLoop {
            return try body()
        }
        return try await submit(body).get()
    }
}
