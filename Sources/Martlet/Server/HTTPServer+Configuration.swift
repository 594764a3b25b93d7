import HTTPTypes
import HTTPWire
import Logging
import NIOCore

extension HTTPServer {
    /// How a server behaves. Every setting has a default that is safe on the open internet.
    public struct Configuration: Sendable {
        /// The fields that every response begins with. The default is Dart's: `content-type: text/plain;
        /// charset=utf-8`, `x-frame-options: SAMEORIGIN`, `x-content-type-options: nosniff` and
        /// `x-xss-protection: 1; mode=block`.
        public var defaultResponseHeaders: HTTPFields = HTTPServer.standardResponseHeaders
        /// The value of the `Server` field of every response; nil, the default, sends none.
        public var serverHeader: String?
        /// Whether every response carries the `Date` field (RFC 9110 section 6.6.1). On by default.
        public var sendsDate = true
        /// Whether contents that gain by it are sent as gzip or deflate to clients that accept it. Off by default.
        public var autoCompress = false
        /// Contents below this many bytes are not compressed when their length is known. 1024 by default.
        public var minimumCompressedBytes = 1024

        /// How long a connection may wait between two requests; nil for ever. 120 seconds by default.
        public var idleTimeout: Duration? = .seconds(120)
        /// How long a request's head may take to arrive, counted from its first byte, and from the opening of the
        /// connection for the first one; nil for ever. 30 seconds by default.
        public var headTimeout: Duration? = .seconds(30)
        /// The fewest bytes per second a client may send of a content that somebody waits for; nil for no minimum.
        /// 240 by default.
        public var minimumBodyRate: Int? = 240
        /// How long a client may be slower than ``minimumBodyRate`` at first. 5 seconds by default.
        public var bodyRateGracePeriod: Duration = .seconds(5)
        /// How long a client may take nothing of a response that waits for it; nil for ever. 30 seconds by default.
        public var writeTimeout: Duration? = .seconds(30)
        /// How long a handler may take until its response is ended; nil, the default, for ever. The task is then
        /// cancelled and the client is answered 503.
        public var handlerTimeout: Duration?
        /// How long a handler may send nothing after its client has closed its sending half, before the handler's task is
        /// cancelled; nil for ever. 5 seconds by default. TCP doesn't tell a client that only finished sending from one
        /// that is gone, until something is sent to it. Over HTTP/2 and Unix-domain sockets, where the difference shows at
        /// once, nothing is waited for.
        public var halfCloseGracePeriod: Duration? = .seconds(5)
        /// How long ``HTTPServer/close(force:)`` leaves to the requests that are being answered. 30 seconds by
        /// default.
        public var shutdownTimeout: Duration = .seconds(30)

        /// The limits of a request's head: 64 KiB, 100 fields.
        public var headLimits = HeadLimits()
        /// The limits of what surrounds a chunked content.
        public var bodyLimits = BodyLimits()
        /// How many bytes ``HTTPServerRequest/collect(upTo:)``, ``HTTPServerRequest/text(upTo:)`` and
        /// ``HTTPServerRequest/json(_:upTo:requiresType:)`` accept unless told otherwise. 2 MiB by default.
        public var maximumCollectedBytes = 2_097_152
        /// How many bytes of a content that no handler read are read and dropped, to keep the connection in use;
        /// with more to come it is closed. Over HTTP/2, where each stream has its own, the stream is reset. 256 KiB by
        /// default.
        public var maximumDrainedBytes = 262_144
        /// How many connections may be open; further ones wait to be accepted. 100,000 by default. Event loops that
        /// accept at the same moment can exceed it by a few.
        public var maximumConnections = 100_000
        /// How many requests a connection may carry before it is closed; nil, the default, for any number.
        public var maximumRequestsPerConnection: Int?

        /// Whether and how the server speaks HTTP/2.
        public var http2 = HTTP2Configuration()

        /// How long a session lives after its last use. 20 minutes by default.
        public var sessionTimeout: Duration = .seconds(1200)
        /// How sessions are named and kept.
        public var sessions = HTTPSession.Configuration()

        /// The addresses of proxies whose `Forwarded` and `X-Forwarded-*` fields are believed. None by default.
        public var trustedProxies: [AddressRange] = []

        /// Is told of every error that a handler throws and does not answer for itself. Logging goes on regardless.
        public var onError: (@Sendable (any Error, HTTPServerRequest) -> Void)?
        /// Where the server reports errors of handlers (error) and of clients (debug).
        public var logger = Logger(label: "martlet.server")
        /// The event loops that serve; nil, the default, for NIO's own, one a core.
        public var eventLoopGroup: (any EventLoopGroup)?

        /// The defaults.
        public init() {}
    }

    /// Dart's four default response fields.
    public static let standardResponseHeaders: HTTPFields = [
        .contentType: "text/plain; charset=utf-8",
        .xFrameOptions: "SAMEORIGIN",
        .xContentTypeOptions: "nosniff",
        .xXSSProtection: "1; mode=block",
    ]
}
