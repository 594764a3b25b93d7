import NIOCore

/// A listening socket that accepts connections on an event loop.
protocol Listener: Sendable {
    /// Stops listening. Returns when the socket is closed.
    func close() async
}

/// How the connections that a listening socket accepts are counted and set up.
struct Acceptance: Sendable {
    /// Returns how many more connections there may be.
    let room: @Sendable () -> Int
    /// A connection was accepted.
    let began: @Sendable () -> Void
    /// It is closed.
    let ended: @Sendable () -> Void
    /// A connection could not be accepted.
    let failed: @Sendable (any Error) -> Void
    /// Adds the handlers to the channel of a connection, on its loop.
    let initialize: @Sendable (any Channel) throws -> Void
}
