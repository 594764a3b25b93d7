extension HTTPServer: AsyncSequence {
    /// Iterates over the requests of a server, one at a time.
    ///
    /// Dropping the iterator, as leaving a `for` loop does, closes the server; requests that were delivered before can
    /// still be answered.
    public final class AsyncIterator: AsyncIteratorProtocol {
        private let server: HTTPServer
        private let queue = RequestQueue()
        private var hasStarted = false
        /// Whether the server's requests come here.
        private var isServing = false

        init(_ server: HTTPServer) {
            self.server = server
        }

        deinit {
            guard isServing else { return }
            let server = server
            Task { await server.close() }
        }

        /// The next request; nil when the server has been closed or the task is cancelled.
        ///
        /// - Throws: ``HTTPServerError/alreadyServing`` when the server is already serving or being iterated over.
        public func next() async throws -> HTTPServerRequest? {
            if !hasStarted {
                hasStarted = true
                do {
                    _ = try await server.start(.sequence(queue))
                    isServing = true
                } catch HTTPServerError.serverClosed {
                    return nil
                }
            }
            return await queue.next()
        }
    }

    /// An iterator. The server begins to accept connections with the first call of `next`.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }
}
