extension HTTPServer {
    /// How a server uses HTTP/2 (RFC 9113), and the limits against abuse. The defaults are safe on the open internet.
    public struct HTTP2Configuration: Sendable, Hashable {
        /// Whether the server speaks HTTP/2 at all. A secure one then offers it to clients (`h2` in ALPN), beside
        /// HTTP/1.1. On by default. A change after a secure server was bound does not change what it offers.
        public var isEnabled = true
        /// Whether a client may use HTTP/2 on a port without TLS, with prior knowledge (RFC 9113 section 3.3). Off by
        /// default. `Upgrade: h2c` is always ignored.
        public var allowsPriorKnowledge = false

        /// How many requests of one connection may be answered at the same time; further ones are refused, and can be
        /// sent again. A request that the client cancelled counts until its handler returns. 100 by default.
        public var maximumConcurrentStreams = 100
        /// How many bytes of one request's content a client may send before the handler has read some. 256 KiB by
        /// default.
        public var streamWindow = 262_144
        /// Like ``streamWindow``, for all requests of a connection together; at least 64 KiB. 1 MiB by default.
        public var connectionWindow = 1_048_576
        /// How many bytes of a response may wait for the client before the handler's writes wait. 64 KiB by default.
        public var maximumUnsentBytes = 65_536

        /// How many CONTINUATION frames the head of a request may have; with more, the connection is closed
        /// (ENHANCE_YOUR_CALM). 16 by default.
        public var maximumContinuations = 16
        /// How many streams may end without an answer within the ``floodInterval``: cancelled by the client, refused,
        /// or in error. With more, the connection is closed. 200 by default.
        public var maximumAbandonedStreams = 200
        /// How many frames that carry nothing may arrive within the ``floodInterval``: PING, SETTINGS, PRIORITY, those
        /// of unknown types, DATA without content, and WINDOW_UPDATE frames in excess of what the responses call for.
        /// With more, the connection is closed. 1000 by default.
        public var maximumControlFrames = 1_000
        /// The period over which frames and streams are counted. 30 seconds by default.
        public var floodInterval: Duration = .seconds(30)

        /// A configuration with the defaults.
        public init() {}
    }
}
