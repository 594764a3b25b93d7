import HTTPWire

/// What connections can be shared by: where they lead, and by which way.
struct PoolKey: Hashable, Sendable {
    /// A proxy between the client and the server.
    struct Proxy: Hashable, Sendable {
        var host: String
        var port: Int
        /// Whether the proxy only passes bytes on (CONNECT), or takes the requests themselves.
        var isTunnel: Bool
    }

    var isSecure = false
    var host: String
    var port: Int
    var proxy: Proxy?
}
