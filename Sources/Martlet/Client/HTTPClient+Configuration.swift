import HTTPTypes
import HTTPWire
import Logging
import NIOCore

extension HTTPClient {
    /// How a client behaves.
    public struct Configuration: Sendable {
        /// The value of the `User-Agent` field; nil sends none. `Martlet/0.1` by default.
        public var userAgent: String? = "Martlet/0.1"
        /// Fields that every request begins with. None by default. Credentials among them go where the request goes, but
        /// not along with a redirect to another origin.
        public var defaultHeaders: HTTPFields = [:]
        /// Fields that hold secrets, besides `Authorization`, `Proxy-Authorization` and `Cookie`: they too are not sent to
        /// another origin that a server redirects to. `X-API-Key`, say. None by default.
        public var secretHeaders: Set<HTTPField.Name> = []

        /// How long a connection may wait for its next request; nil for ever. 15 seconds by default.
        public var idleTimeout: Duration? = .seconds(15)
        /// How long making a connection may take, the name look-up included; nil for as long as the system tries. 10
        /// seconds by default.
        public var connectionTimeout: Duration? = .seconds(10)
        /// How long a request may take from its beginning to the end of the response's content, redirects included;
        /// nil, the default, for ever.
        public var totalTimeout: Duration?
        /// How long the server may send nothing while it is waited for; nil for ever. 60 seconds by default.
        public var readTimeout: Duration? = .seconds(60)
        /// How long a request that expects `100 Continue` waits for it before it sends its content regardless. 1
        /// second by default.
        public var expectContinueTimeout: Duration = .seconds(1)

        /// How many connections there may be to one server (scheme, host, port and proxy); further requests wait for
        /// their turn. Those that were detached, for a WebSocket or by the user, do not count. Nil for any number. 256 by
        /// default.
        public var maximumConnectionsPerHost: Int? = 256
        /// How long a request may wait for its turn; nil for ever. 60 seconds by default.
        public var poolTimeout: Duration? = .seconds(60)
        /// How often a request that has met a connection closed by the server is sent again on another one, if it has
        /// not reached the server or if sending it twice does no harm. 2 by default.
        public var maximumRetries = 2

        /// Whether redirects are followed. On by default.
        public var followsRedirects = true
        /// How many redirects one request follows. 5 by default.
        public var maximumRedirects = 5
        /// Whether a redirect may lead from https to http, and so show the rest to everyone on the way. Off by default: such
        /// a request fails.
        public var allowsDowngrade = false
        /// Is shown every redirect before it is followed; false leaves the redirecting response as it is. Nil, the
        /// default, follows all.
        public var onRedirect: (@Sendable (RedirectInfo, HTTPClientResponse) async throws -> Bool)?

        /// Whether contents in gzip or deflate are asked for and decompressed. On by default.
        public var decompresses = true
        /// How much may come out of a compressed content: 1 GiB, and 250 times its compressed length.
        public var decompressionLimits = Decompressor.Limits()

        /// The limits of a response's head: 64 KiB and 1000 fields by default. Other clients count bytes only, or take more
        /// fields than that.
        public var headLimits = HeadLimits.responses
        /// The limits of what surrounds a chunked content.
        public var bodyLimits = BodyLimits()
        /// How many informational responses may come before the final one. 16 by default.
        public var maximumInformationalResponses = 16
        /// How many bytes ``HTTPClientResponse/collect(upTo:)`` and its relatives accept unless told otherwise. 64 MiB
        /// by default.
        public var maximumCollectedBytes = 67_108_864
        /// How many bytes of a content that nobody reads are read and dropped, to keep the connection in use; with
        /// more to come it is closed. 64 KiB by default.
        public var maximumDrainedBytes = 65_536

        /// Where HTTP/2 is used, and how. ``HTTPClient/HTTP2Configuration/automatic`` by default: over https with every server that
        /// offers it.
        public var http2 = HTTP2Configuration.automatic

        /// What secures https: whose certificates are accepted (those of the system's authorities), and the client's
        /// own certificate (none).
        public var security = SecurityContext()
        /// Is asked whether a server's certificate is good all the same when it has been refused; nil, the default,
        /// accepts no such server. Returning true for everything makes https useless.
        public var acceptsBadCertificate: (@Sendable (X509Certificate, _ host: String, _ port: Int) async -> Bool)?

        /// Where cookies are kept and taken from; nil, the default, keeps none.
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
        /// Is asked for credentials when a server wants some and those that were added are missing or refused; nil
        /// gives up. Nil by default.
        public var authenticate: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?
        /// The same for a proxy, whose URL is given.
        public var authenticateProxy: (@Sendable (HTTPURL, Challenge) async throws -> HTTPCredentials?)?

        /// Where connections go to that do not go to the host and port of the URL, for example to a Unix-domain
        /// socket. Nil, the default, changes nothing.
        public var connectionFactory: (@Sendable (Destination) async throws -> Endpoint)?

        /// Is shown the head of each request as it is to be sent, after redirects and challenges again, secrets
        /// included. Nil by default, which costs nothing.
        package var onRequestHead: (@Sendable (String) -> Void)?
        /// Is shown the head of each informational response. Nil by default, which costs nothing.
        package var onInformationalHead: (@Sendable (ResponseHead) -> Void)?
        /// Is told how each request went. Nil by default, which costs nothing.
        public var onMetrics: (@Sendable (HTTPClientMetrics) -> Void)?
        /// Where the client reports what nobody is told otherwise (debug).
        public var logger = Logger(label: "martlet.client")
        /// The event loops of the connections; nil, the default, for NIO's own, one a core.
        public var eventLoopGroup: (any EventLoopGroup)?

        /// The defaults.
        public init() {}
    }

    /// Where a connection is to lead.
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

    /// What a connection is made to.
    public enum Endpoint: Sendable, Hashable {
        /// A host name or an IP address.
        case host(String, port: Int)
        /// The path of a Unix-domain socket.
        case unix(path: String)
        /// A socket that is connected already; the client closes it.
        case socket(CInt)
    }
}
