/// How many connections a server or a client has at one moment (Dart's `HttpConnectionsInfo`).
public struct ConnectionCounts: Sendable, Hashable {
    /// All of them: active, idle and closing.
    public internal(set) var total = 0
    /// Those that are sending a request or being answered.
    public internal(set) var active = 0
    /// Those that wait for their next request.
    public internal(set) var idle = 0
    /// Those that will close without another request.
    public internal(set) var closing = 0

    /// No connections.
    public init() {}
}
