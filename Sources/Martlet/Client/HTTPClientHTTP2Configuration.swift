extension HTTPClient {
    /// Where a client uses HTTP/2 (RFC 9113), and how.
    ///
    /// ```swift
    /// configuration.http2 = .never
    /// ```
    ///
    /// With HTTP/2, all requests to one server share a connection; another one is made only when the server accepts no
    /// more concurrent requests on those it has. A request that takes the socket over, such as a WebSocket's, always
    /// uses HTTP/1.1, and so does one that a proxy forwards without a tunnel.
    public struct HTTP2Configuration: Sendable, Hashable {
        /// Where HTTP/2 is used.
        public enum Use: Sendable, Hashable {
            /// Nowhere: HTTP/1.1 only.
            case never
            /// Over https with servers that offer it in the TLS handshake (ALPN); HTTP/1.1 with all others.
            case automatic
            /// Everywhere: https servers that do not offer it are refused, and http servers must be known to speak it
            /// ("prior knowledge", RFC 9113 section 3.3).
            case always
        }

        /// Where HTTP/2 is used. ``Use/automatic`` by default.
        public var use = Use.automatic
        /// How many bytes of one response may wait for their reader. 4 MiB by default; from 65 535 to 2³¹−1.
        public var streamWindow = 4_194_304
        /// How many bytes of all responses on a connection may be in transit. 16 MiB by default; from 65 535 to 2³¹−1.
        public var connectionWindow = 16_777_216
        /// How long a connection may be silent, while requests wait on it, before the client sends a PING; nil for
        /// ever. 15 seconds by default.
        public var pingInterval: Duration? = .seconds(15)
        /// How long the server may take to acknowledge the PING before the connection is closed. 15 seconds by default.
        public var pingTimeout: Duration = .seconds(15)

        /// The defaults, with this use.
        public init(_ use: Use = .automatic) {
            self.use = use
        }

        /// HTTP/1.1 only.
        public static let never = HTTP2Configuration(.never)
        /// HTTP/2 over https with servers that offer it.
        public static let automatic = HTTP2Configuration(.automatic)
        /// HTTP/2 and nothing else.
        public static let always = HTTP2Configuration(.always)
    }
}
