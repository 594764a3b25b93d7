import HTTPTypes
import HTTPWire
import Logging
import NIOCore

extension HTTPClient {
    /// The settings of a client.
    public struct Configuration: Sendable {
        /// The value of the `User-Agent` field; nil sends none. `Martlet/0.1` by default.
        public var userAgent: String? = "Martlet/0.1"
        /// Fields that every request starts from. None by default. Credentials among them are sent to the request's
        /// origin, but not to another one that a redirect leads to.
        public var defaultHeaders: HTTPFields = [:]
        /// Fields that hold secrets, besides `Authorization`, `Proxy-Authorization` and `Cookie`: they too are not sent
        /// to another origin that a server redirects to. `X-API-Key`, say. None by default.
        public var secretHeaders: Set<HTTPField.Name> = []

        /// How long a connection may wait for its next request; nil for ever. 15 seconds by default.
        public var idleTimeout: Duration? = .seconds(15)
        /// How long making a connection may take, the name lookup included; nil for as long as the system tries. 10
        /// seconds by default.
        public var connectionTimeout: Duration? = .seconds(10)
        /// How long a request may take from its beginning to the end of the response's content, redirects included;
        /// nil, the default, for ever.
        public var totalTimeout: Duration?
        /// How long the server may send nothing while the client waits for it; nil for ever. 60 seconds by default.
        public var readTimeout: Duration? = .seconds(60)
        /// How long a request that expects `100 Continue` waits for it before it sends its content regardless. 1
        /// second by default.
        public var expectContinueTimeout: Duration = .seconds(1)

        /// How many connections there may be to one server (scheme, host, port and proxy); further requests wait for
        /// their turn. Those that were detached, for a WebSocket or by the user, do not count. Nil for any number. 256
        /// by default.
        public var maximumConnectionsPerHost: Int? = 256
        /// How long a request may wait for its turn; nil for ever. 60 seconds by default.
        public var poolTimeout: Duration? = .seconds(60)
        /// How often a request that has met a connection closed by the server is sent again on another one, if it has
        /// not reached the server or if sending it twice does no harm. 2 by default.
        public var maximumRetries = 2

        /// The middleware around each request, the first one outermost: credentials, logs, ``RequestRetries``. None by
        /// default.
        public var middleware: [any ClientMiddleware] = []

        /// Whether redirects are followed. On by default.
        public var followsRedirects = true
        /// How many redirects one request follows. 5 by default.
        public var maximumRedirects = 5
        /// Whether a redirect may lead from https to http, where everyone on the way can read along. Off by default:
        /// such a request fails.
        public var allowsDowngrade = false
        /// Called with every redirect before it is followed; if it returns false, the redirecting response is the final
        /// one. Nil, the default, follows all.
        public var onRedirect: (@Sendable (RedirectInfo, HTTPClientResponse) async throws -> Bool)?

        /// Whether the client asks for compressed content and decompresses it: gzip and deflate, and with the package
        /// traits `Brotli` and `Zstandard` br and zstd. On by default.
        public var decompresses = true
        /// How much compressed content may expand to. By default 1 GiB, and 250 times its compressed length.
        public var decompressionLimits = Decompressor.Limits()

        /// The limits of a response's head: 64 KiB and 1000 fields by default.
        public var headLimits = HeadLimits.responses
        /// The limits of the framing of chunked content: chunk lines and trailers.
        public var bodyLimits = BodyLimits()
        /// How many informational responses may come before the final one. 16 by default.
        public var maximumInformationalResponses = 16
        /// How many bytes ``HTTPClientResponse/collect(upTo:)`` and its relatives accept if no limit is given. 64 MiB
        /// by default.
        public var maximumCollectedBytes = 67_108_864
        /// How many bytes of unread content are read and dropped to keep the connection in use; if more is left, the
        /// connection is closed. 64 KiB by default.
        public var maximumDrainedBytes = 65_536

        /// Where HTTP/2 is used, and how. ``HTTPClient/HTTP2Configuration/automatic`` by default: over https with every
        /// server that offers it.
        public var http2 = HTTP2Configuration.automatic

        /// The TLS settings for https: whose certificates are accepted (by default those of the system's authorities),
        /// and the client's own certificate (none by default).
        public var security = SecurityContext()
        /// Called when a server's certificate has been refused; returns whether to accept it all the same. Nil, the
        /// default, accepts no such server. Returning true for everything makes https useless.
        public var acceptsBadCertificate: (@Sendable (X509Certificate, _ host: String, _ port: Int) async -> Bool)?

        /// The jar that stores cookies and sends them back; nil, the default, keeps none.
        public var cookieJar: CookieJar?

        /// The proxies to try for a URL, one after the other. Nil, the default, takes them from the environment
        /// variables `http_proxy`, `all_proxy` and `no_proxy`; see ``ProxyEnvironment``.
        ///
        /// ```swift
        /// configuration.findProxy = { _ in try ProxyList(pac: "PROXY proxy:3128; DIRECT") }
        /// ```
        public var findProxy: (@Sendable (HTTPURL) async throws -> ProxyList)?
        /// Whether http requests go through tunnels (CONNECT) too, instead of being forwarded by the proxy. Off by
        /// default.
        public var tunnelsHTTP = false
        /// Called for credentials when a server asks for them and none were added or those were refused; returning nil
        /// gives up. Nil by default.
        public var authenticate: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?
        /// Like ``authenticate``, for a proxy, whose URL it is called with.
        public var authenticateProxy: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?

        /// Returns where to connect instead of the URL's host and port, for example to a Unix-domain socket. Nil, the
        /// default, connects to the URL's host and port, or to the proxy.
        public var connectionFactory: (@Sendable (Destination) async throws -> Endpoint)?

        /// Called with the head of each request before it is sent, and again after redirects and challenges, secrets
        /// included. Nil by default, which costs nothing.
        package var onRequestHead: (@Sendable (String) -> Void)?
        /// Called with the head of each informational response. Nil by default, which costs nothing.
        package var onInformationalHead: (@Sendable (ResponseHead) -> Void)?
        /// Called with the measurements of each request when it is over. Nil by default, which costs nothing.
        public var onMetrics: (@Sendable (HTTPClientMetrics) -> Void)?
        /// The logger for what no caller learns otherwise, at the level debug.
        public var logger = Logger(label: "martlet.client")
        /// The event loops of the connections; nil, the default, means the process's own, one per core.
        public var eventLoopGroup: (any EventLoopGroup)?
        /// Where the time comes from, by which all deadlines are counted. Tests hold it.
        package var time = TimeSource.system
        /// Where all connections are made to in memory, without sockets. Nil, the default, uses sockets.
        package var memoryListener: (any MemoryListener)?
        /// Makes handlers that are put between each new connection and its socket or TLS. Nil, the default, for none.
        package var makeChannelHandlers: (@Sendable (LoopClock) -> [any ChannelHandler])?

        /// A configuration with the defaults.
        public init() {}
    }

    /// Where a connection is meant to lead.
    public struct Destination: Sendable, Hashable {
        /// Whether the connection is to be secured.
        public let isSecure: Bool
        /// The host of the URL.
        public let host: String
        /// The port of the URL.
        public let port: Int
        /// The proxy's host, if the connection goes to one.
        public let proxyHost: String?
        /// The proxy's port.
        public let proxyPort: Int?
    }

    /// The target of a connection.
    public enum Endpoint: Sendable, Hashable {
        /// A host name or an IP address.
        case host(String, port: Int)
        /// The path of a Unix-domain socket.
        case unix(path: String)
        /// A socket that is connected already; the client closes it.
        case socket(CInt)
    }
}
