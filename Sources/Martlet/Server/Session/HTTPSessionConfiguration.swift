import HTTPWire

extension HTTPSession {
    /// The settings of sessions.
    public struct Configuration: Sendable {
        /// The store of the sessions. In this process's memory by default, at most 100,000 of them.
        public var store: any SessionStore = MemorySessionStore()
        /// The name of the cookie that holds the session's id. `MARTLETSESSID` by default.
        public var cookieName = "MARTLETSESSID"
        /// The path of the cookie. `/` by default.
        public var cookiePath = "/"
        /// The domain of the cookie; nil, the default, means the host of the request only.
        public var cookieDomain: String?
        /// Whether requests from other sites carry the cookie. Lax by default.
        public var sameSite: SetCookie.SameSite = .lax
        /// Whether the cookie is only sent over TLS; nil, the default, if ``HTTPServerRequest/isSecure`` is true: the
        /// request came over TLS, or over https to a trusted proxy.
        public var isSecure: Bool?

        /// Creates the default settings.
        public init() {}
    }
}
