import HTTPTypes
import HTTPWire
import Logging
import NIOCore

extension HTTPServer {
    /// The settings of a server. Each has a default that is safe on the open internet.
    public struct Configuration: Sendable {
        /// The fields that every response starts from. By default `content-type: text/plain; charset=utf-8`,
        /// `x-frame-options: SAMEORIGIN` and `x-content-type-options: nosniff`; `.dart` are those of Dart's server.
        public var defaultResponseHeaders: HTTPFields = HTTPServer.standardResponseHeaders
        /// The value of the `Server` field of every response; nil, the default, sends none.
        public var serverHeader: String?
        /// Whether every response carries the `Date` field (RFC 9110 section 6.6.1). On by default.
        public var sendsDate = true
        /// Whether content that benefits from it is sent compressed to clients that accept that: in the coding that they
        /// prefer or else, in this order, zstd and br (with the package traits `Zstandard` and `Brotli`), gzip or
        /// deflate. Off by default.
        public var autoCompress = false
        /// Content of fewer bytes than this is not compressed if its length is known. 1024 by default.
        public var minimumCompressedBytes = 1024

        /// How long a connection may wait between two requests; nil for ever. 120 seconds by default.
        public var idleTimeout: Duration? = .seconds(120)
        /// How long a request's head may take to arrive, counted from its first byte or, for the first one, from the
        /// opening of the connection; nil for ever. 30 seconds by default.
        public var headTimeout: Duration? = .seconds(30)
        /// The fewest bytes per second a client may send of content that a handler waits for; nil for no minimum. 240
        /// by default.
        public var minimumBodyRate: Int? = 240
        /// How long a client may at first be slower than ``minimumBodyRate``. 5 seconds by default.
        public var bodyRateGracePeriod: Duration = .seconds(5)
        /// How long a client may accept nothing of a response that is ready to be sent; nil for ever. 30 seconds by
        /// default.
        public var writeTimeout: Duration? = .seconds(30)
        /// How long a handler may take until its response is ended; nil, the default, for ever. The task is then
        /// cancelled and the client is answered 503. Neither WebSockets nor streams of events (MartletWeb's `EventFeed`
        /// and `sendEvents`) count.
        public var handlerTimeout: Duration?
        /// How long a handler may send nothing after its client has closed its sending half, before the handler's task
        /// is cancelled; nil for ever. 5 seconds by default. With TCP, a client that only finished sending can't be
        /// told from one that is gone until something is sent to it. HTTP/2 and Unix-domain sockets show the difference
        /// at once and need no such period.
        public var halfCloseGracePeriod: Duration? = .seconds(5)
        /// How long the server goes on as before once it is asked to shut down, by ``HTTPServer/shutdown(within:)`` or a
        /// `ServiceGroup`: it listens and answers, while ``HTTPServerRequest/isShuttingDown`` is true already, by which a
        /// check of readiness (`Health` of MartletTelemetry) tells load balancers to send no more. Zero by default.
        /// Handlers that answer for long are told when it is over, and the ``shutdownTimeout`` begins then.
        /// ``HTTPServer/close(force:)`` does not wait for it, and ends it.
        public var shutdownDelay: Duration = .zero
        /// How long requests in progress may take after ``HTTPServer/close(force:)``. 30 seconds by default.
        public var shutdownTimeout: Duration = .seconds(30)
        /// How long a connection of HTTP/1 has to have been idle before it is closed because the server closes: a client
        /// that has just got a response may have sent another request, which is answered, with `Connection: close`. 500
        /// milliseconds by default; zero closes idle connections at once. Clients of HTTP/2 are told which requests will
        /// be answered, and need no such time, but for a connection that has just been opened and carried none.
        public var minimumIdleTime: Duration = .milliseconds(500)
        /// The time over which WebSockets are closed, with 1001, because the server closes: their clients usually come back
        /// at once, and thousands should not do so at the same moment. They are closed 10 milliseconds apart on each event
        /// loop, or as much closer as is needed; at most half of the ``shutdownTimeout`` is used. 2 seconds by default.
        public var webSocketShutdownSpread: Duration = .seconds(2)
        /// Tells systemd when the server is ready, closes, or hangs; nil, the default, does not. Several servers of one
        /// process have the same one.
        public var serviceNotifier: ServiceNotifier?

        /// The limits of a request's head: 64 KiB, 100 fields.
        public var headLimits = HeadLimits()
        /// The limits of the framing of chunked content: chunk lines and trailers.
        public var bodyLimits = BodyLimits()
        /// How many bytes ``HTTPServerRequest/collect(upTo:)``, ``HTTPServerRequest/text(upTo:)`` and
        /// ``HTTPServerRequest/json(_:upTo:requiresType:)`` accept if no limit is given. 2 MiB by default.
        public var maximumCollectedBytes = 2_097_152
        /// How many bytes of unread content are read and dropped to keep the connection in use; if more is left, the
        /// connection is closed or, with HTTP/2, the stream is reset. 256 KiB by default.
        public var maximumDrainedBytes = 262_144
        /// The form of the JSON that handlers send and read, and of problem reports. ISO 8601 dates, and names as they
        /// are declared, by default.
        public var json = JSONFormat.standard
        /// How many connections may be open; further ones wait to be accepted. 100,000 by default. Event loops that
        /// accept at the same moment can exceed it by a few.
        public var maximumConnections = 100_000
        /// How many connections one client may have open; further ones are closed at once. Nil, the default, for any
        /// number. A client is an IPv4 address, or the /64 network of an IPv6 address. Those of ``trustedProxies`` and
        /// of Unix-domain sockets are not counted.
        public var maximumConnectionsPerAddress: Int?
        /// How many requests a connection may carry before it is closed; nil, the default, for any number.
        public var maximumRequestsPerConnection: Int?

        /// Whether and how the server speaks HTTP/2.
        public var http2 = HTTP2Configuration()

        /// How long a session lives after its last use. 20 minutes by default.
        public var sessionTimeout: Duration = .seconds(1200)
        /// The settings of sessions: their cookie and where they are stored.
        public var sessions = HTTPSession.Configuration()

        /// The addresses of proxies whose `Forwarded` and `X-Forwarded-*` fields are trusted. None by default.
        public var trustedProxies: [AddressRange] = []
        /// Whose connections begin with a header of the PROXY protocol, which says whose they really are: balancers that
        /// pass on bytes send it. The addresses that it says are those of ``HTTPConnectionInfo``, and count for logs and
        /// limits. Its time is part of the ``headTimeout``. ``HTTPServer/ProxyProtocol/off`` by default; read when the
        /// server is bound.
        public var proxyProtocol = ProxyProtocol.off

        /// Called with every error of a handler that is logged as such: one that is answered with a server error, or is
        /// thrown after the head was sent.
        public var onError: (@Sendable (any Error, HTTPServerRequest) -> Void)?
        /// The logger for errors of handlers (at the level error) and of clients (debug).
        public var logger = Logger(label: "martlet.server")
        /// The event loops of the server; nil, the default, means the process's own, one per core.
        public var eventLoopGroup: (any EventLoopGroup)?
        /// Where the time comes from, by which all deadlines are counted. Tests hold it.
        package var time = TimeSource.system
        /// Makes an observer for each connection; nil, the default, for none. Read when the server is bound.
        package var wireObserver: (@Sendable () -> any WireObserver)?

        /// A configuration with the defaults.
        public init() {}
    }

    /// The default of ``Configuration/defaultResponseHeaders``.
    public static let standardResponseHeaders: HTTPFields = [
        .contentType: "text/plain; charset=utf-8",
        .xFrameOptions: "SAMEORIGIN",
        .xContentTypeOptions: "nosniff",
    ]
}

extension HTTPFields {
    /// The fields that every response of Dart's server starts from: those that are the default here, and
    /// `x-xss-protection: 1; mode=block`. It turns on a filter of old browsers, which let pages be attacked.
    public static let dart: HTTPFields = [
        .contentType: "text/plain; charset=utf-8",
        .xFrameOptions: "SAMEORIGIN",
        .xContentTypeOptions: "nosniff",
        .xXSSProtection: "1; mode=block",
    ]
}
