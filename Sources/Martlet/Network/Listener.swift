import NIOCore

/// A listening socket that accepts connections on an event loop.
protocol Listener: Sendable {
    /// Stops listening. Returns when the socket is closed.
    func close(_ end: ListenerEnd) async
}

/// The fate of the connections that wait to be accepted when a listening socket is closed: the system resets them,
/// unless another process or descriptor keeps the socket open.
enum ListenerEnd: Sendable {
    /// They are left to that.
    case atOnce
    /// They are accepted.
    case accepting
    /// They are accepted, and new ones are left to the other sockets that share the port.
    case yielding

    /// How long a socket listens on that takes no new connections any more, for the handshakes that have begun: as long
    /// as a packet takes to the other side of the earth and back.
    static let handshakeTime = TimeAmount.milliseconds(250)
}

/// How the connections that a listening socket accepts are counted and set up.
struct Acceptance: Sendable {
    /// How long to wait before trying again when there is no room, or no descriptor left: without a pause a loop would
    /// spin, since the connection still waits to be accepted.
    static let pause = TimeAmount.milliseconds(50)
    /// How many connections are accepted at once: enough for a burst, but without neglecting the open ones.
    static let batch = 64

    /// Returns how many more connections there may be.
    let room: @Sendable () -> Int
    /// A connection was accepted.
    let began: @Sendable () -> Void
    /// It is closed.
    let ended: @Sendable () -> Void
    /// A connection could not be accepted.
    let failed: @Sendable (any Error) -> Void
    /// Adds the handlers to the channel of a connection, on its loop. Throws ``UnwantedConnection`` where the connection
    /// is to be closed at once.
    let initialize: @Sendable (any Channel) throws -> Void
}

/// The server does not want a connection; others may be accepted.
struct UnwantedConnection: Error {}
