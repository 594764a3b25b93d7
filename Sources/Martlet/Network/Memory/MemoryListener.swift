import NIOCore

/// A server that clients connect to in memory.
package protocol MemoryListener: Sendable {
    /// Connects a client.
    ///
    /// - Parameters:
    ///   - eventLoop: The loop of the client's end.
    ///   - initialize: Adds the client's handlers, on that loop.
    func connect<Result: Sendable>(
        on eventLoop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Result
    ) async throws -> Result
}
