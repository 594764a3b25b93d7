extension EventFeed {
    /// The settings of a feed.
    public struct Configuration: Sendable {
        /// How many events are kept for clients that connect again, at least ``maximumLag``. 1,000 by default.
        public var replay = 1_000
        /// How many bytes of events are kept, but always the newest event. 16 MiB by default. It is all the memory that
        /// the feed takes, however many clients there are.
        public var replayBytes = 16_777_216
        /// How many events a client may be behind. One that is further behind, and takes nothing for a second, is cut
        /// off; when it connects again, it continues where it was. 500 by default.
        public var maximumLag = 500
        /// The same in bytes. 8 MiB by default.
        public var maximumLagBytes = 8_388_608
        /// The longest silence: a comment is sent when nothing else is, which keeps proxies from closing the connection,
        /// and shows which clients are gone. Nil for none. 15 seconds by default.
        public var keepAlive: Duration? = .seconds(15)
        /// How long clients are to wait before they connect again. 2 seconds by default.
        public var reconnectionTime: Duration = .seconds(2)
        /// When the server shuts down, each client is told to wait up to this much longer, at random, so that they don't
        /// all come back at once. 10 seconds by default.
        public var shutdownSpread: Duration = .seconds(10)

        /// Settings with the defaults.
        public init() {}
    }
}
