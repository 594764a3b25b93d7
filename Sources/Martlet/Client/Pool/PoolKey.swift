import HTTPWire

/// The properties that requests must have in common to share connections: destination, route and version of HTTP.
struct PoolKey: Hashable, Sendable {
    /// A proxy between the client and the server.
    struct Proxy: Hashable, Sendable {
        var host: String
        var port: Int
        /// Whether the proxy only passes bytes on (CONNECT), rather than the requests themselves.
        var isTunnel: Bool
    }

    /// The version of HTTP that connections may speak.
    enum Version: Hashable, Sendable {
        case http1
        /// HTTP/2 if the server offers it during the TLS handshake, else HTTP/1.
        case negotiated
        case http2
    }

    var isSecure = false
    var host: String
    var port: Int
    var proxy: Proxy?
    var version = Version.http1
}
