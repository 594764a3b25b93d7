/// The number of connections of a server or a client at one moment (Dart's `HttpConnectionsInfo`).
public struct ConnectionCounts: Sendable, Hashable {
    /// All connections: active, idle and closing.
    public internal(set) var total = 0
    /// The connections with a request or a response in progress.
    public internal(set) var active = 0
    /// The connections that wait for their next request.
    public internal(set) var idle = 0
    /// The connections that will close without another request.
    public internal(set) var closing = 0

    /// Creates counts of zero.
    public init() {}
}
