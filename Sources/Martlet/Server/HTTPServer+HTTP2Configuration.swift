extension HTTPServer {
    /// How a server speaks HTTP/2 (RFC 9113), and what it puts up with. The defaults are safe on the open internet.
    public struct HTTP2Configuration: Sendable, Hashable {
        /// Whether the server speaks HTTP/2 at all. A secure one offers it to its clients then (`h2` in ALPN), beside
        /// HTTP/1.1. On by default; what secure servers offer is settled when they are bound.
        public var isEnabled = true
        /// Whether a client may begin with HTTP/2 on a port without TLS, because it knows that the server speaks it (RFC
        /// 9113 section 3.3). Off by default. `Upgrade: h2c` is ignored in any case.
        public var allowsPriorKnowledge = false

        /// How many requests of one connection may be answered at the same time; further ones are refused, and can be
        /// sent again. A request that the client has given up counts until its handler returns. 100 by default.
        public var maximumConcurrentStreams = 100
        /// How many bytes of one request's content a client may send before the handler has read some. 256 KiB by
        /// default.
        public var streamWindow = 262_144
        /// The same for all requests of a connection together; at least 64 KiB. 1 MiB by default.
        public var connectionWindow = 1_048_576
        /// How many bytes of a response wait for the client before writing waits too. 64 KiB by default.
        public var maximumUnsentBytes = 65_536

        /// How many CONTINUATION frames the head of a request may come in; with more the connection is closed
        /// (ENHANCE_YOUR_CALM). 16 by default.
        public var maximumContinuations = 16
        /// How many streams may come to nothing within the ``floodInterval``: cancelled by the client before they were
        /// answered, refused, or in error. With more the connection is closed. 200 by default.
        public var maximumAbandonedStreams = 200
        /// How many frames that carry nothing may arrive within the ``floodInterval``: PING, SETTINGS, PRIORITY, those of
        /// unknown types, DATA without content, and WINDOW_UPDATE as far as they are more than the responses call for.
        /// With more the connection is closed. 1000 by default.
        public var maximumControlFrames = 1_000
        /// Over what time frames and streams are counted. 30 seconds by default.
        public var floodInterval: Duration = .seconds(30)

        /// The defaults.
        public init() {}
    }
}
