import CLibrary
import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Makes one connection, step by step: the socket, the tunnel through a proxy, TLS, and HTTP/2.
struct Connector: Sendable {
    let core: ClientCore
    let key: PoolKey
    let loop: ClientLoop

    func connect() async throws -> any ClientConnection {
        do {
            return try await connect(verifies: true)
        } catch HTTPClientError.handshakeFailed where core.configuration.acceptsBadCertificate != nil {
            // The TLS handshake can't wait for the answer, so a second connection gets the certificate.
            return try await connect(verifies: false)
        }
    }

    private func connect(verifies: Bool) async throws -> any ClientConnection {
        let limit = core.configuration.connectionTimeout.map { timeout in
            TimeLimit(
                deadline: loop.clock.now + TimeAmount(timeout),
                error: .timedOut(.connection, host: key.host, port: key.port, after: timeout),
                clock: loop.clock
            )
        }
        let connection = try await connectSocket(within: limit)
        do {
            if let proxy = key.proxy, proxy.isTunnel {
                try await openTunnel(on: connection, within: limit)
            }
            if key.isSecure {
                return try await secure(connection, verifies: verifies, within: limit)
            }
            if key.version == .http2 {
                return try await loop.eventLoop.submit { try connection.becomeHTTP2() }.get()
            }
            return connection
        } catch {
            loop.eventLoop.execute { connection.abort() }
            throw error
        }
    }

    // MARK: The socket

    private func connectSocket(within limit: TimeLimit?) async throws -> HTTP1ClientConnection {
        let host = key.proxy?.host ?? key.host
        let port = key.proxy?.port ?? key.port
        let endpoint = try await askFactory(within: limit) ?? .host(host, port: port)
        let resolver = TimedResolver(eventLoop: loop.eventLoop)
        let start = loop.clock.now
        do {
            let connection = try await open(endpoint, resolver, within: limit)
            let isOpen = try await loop.eventLoop.submit { connection.isOpen }.get()
            // It was closed as soon as it was made.
            guard isOpen else { throw HTTPClientError.connectionClosed }
            let whole = Duration(loop.clock.now - start)
            let lookup = resolver.duration
            let timing = ConnectTiming(nameLookup: lookup, connect: whole - (lookup ?? .zero))
            connection.identity.timing = timing
            return connection
        } catch {
            throw Self.explain(error, host: host, port: port, timeout: core.configuration.connectionTimeout)
        }
    }

    /// The endpoint that the configuration chooses; nil for the URL's.
    private func askFactory(within limit: TimeLimit?) async throws -> HTTPClient.Endpoint? {
        guard let factory = core.configuration.connectionFactory else { return nil }
        let destination = HTTPClient.Destination(
            isSecure: key.isSecure,
            host: key.host,
            port: key.port,
            proxyHost: key.proxy?.host,
            proxyPort: key.proxy?.port
        )
        let discard: @Sendable (HTTPClient.Endpoint) -> Void = { endpoint in
            if case .socket(let descriptor) = endpoint { SystemSocket.close(descriptor) }
        }
        return try await TimeLimit.run(within: limit, discard: discard) { try await factory(destination) }
    }

    private func open(
        _ endpoint: HTTPClient.Endpoint,
        _ resolver: TimedResolver,
        within limit: TimeLimit?
    ) async throws -> HTTP1ClientConnection {
        let (core, key, loop) = (core, key, loop)
        let makeConnection: @Sendable (any Channel) throws -> HTTP1ClientConnection = { channel in
            let connection = HTTP1ClientConnection(ConnectionIdentity(key: key, core: core, loop: loop))
            try channel.pipeline.syncOperations.addHandler(connection)
            if let make = core.configuration.makeChannelHandlers { try connection.putInFront(make(loop.clock)) }
            return connection
        }
        if let listener = core.configuration.memoryListener {
            return try await listener.connect(on: loop.eventLoop, initialize: makeConnection)
        }
        let connectingLoop = EventLoops.connectingLoop(for: loop.eventLoop)
        let isCarriedElsewhere = connectingLoop !== loop.eventLoop
        let bootstrap = ClientBootstrap(group: connectingLoop)
            .connectTimeout(limit.map { max($0.deadline - loop.clock.now, .milliseconds(1)) } ?? .hours(24))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: !isCarriedElsewhere)
            .resolver(resolver)
        guard isCarriedElsewhere else {
            // One for each address that is tried.
            return try await Self.connect(bootstrap, to: endpoint) { channel in
                channel.eventLoop.makeCompletedFuture { try makeConnection(channel) }
            }
        }
        let channel = try await Self.connect(bootstrap, to: endpoint) { $0.eventLoop.makeSucceededFuture($0) }
        return try await EventLoops.carry(channel, on: loop.eventLoop, initialize: makeConnection)
    }

    /// Connects to what the configuration or the URL says.
    private static func connect<Result: Sendable>(
        _ bootstrap: sending ClientBootstrap,
        to endpoint: HTTPClient.Endpoint,
        initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Result>
    ) async throws -> Result {
        switch endpoint {
        case .host(let host, let port):
            // An IP address needs no resolver, and no race between addresses.
            if let address = try? SocketAddress(ipAddress: host, port: port) {
                return try await bootstrap.connect(to: address, channelInitializer: initialize)
            }
            return try await bootstrap.connect(host: host, port: port, channelInitializer: initialize)
        case .unix(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initialize)
        case .socket(let descriptor):
            return try await bootstrap.withConnectedSocket(descriptor, channelInitializer: initialize)
        }
    }

    /// The client's error for one of NIO's.
    private static func explain(_ error: any Error, host: String, port: Int, timeout: Duration?) -> any Error {
        switch error {
        case is HTTPClientError, is CancellationError:
            return error
        case ChannelError.connectTimeout(let time):
            return HTTPClientError.timedOut(.connection, host: host, port: port, after: timeout ?? Duration(time))
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first {
                return HTTPClientError.couldNotConnect(host: host, port: port, reason: reason(failure.error))
            }
            let lookUp = (error.dnsAError ?? error.dnsAAAAError) as? SocketError
            return HTTPClientError.unknownHost(host, reason: lookUp?.message ?? NameResolver.unknownName)
        default:
            return HTTPClientError.couldNotConnect(host: host, port: port, reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "the connection timed out"
        default: "\(error)"
        }
    }

    // MARK: The tunnel

    /// Opens a tunnel through the proxy to the server (RFC 9110 section 9.3.6).
    private func openTunnel(on connection: HTTP1ClientConnection, within limit: TimeLimit?) async throws {
        // A zone has a meaning only on this machine (RFC 6874 section 3).
        let host = key.host.contains(":") ? "[\(key.host.prefix { $0 != "%" })]" : key.host
        let authority = "\(host):\(key.port)"
        var fields: HTTPFields = [:]
        if let userAgent = core.configuration.userAgent { fields[.userAgent] = userAgent }
        if let proxy = key.proxy, let authorization = try core.tunnelAuthorization(for: proxy, target: authority) {
            fields[.proxyAuthorization] = authorization
        }
        let request = OutgoingRequest(method: .connect, target: authority, host: authority, fields: fields)
        let exchange = ClientExchange(key: key, request: request, opensTunnel: true)
        let timer = limit.map { limit in
            loop.clock.schedule(at: limit.deadline) { exchange.fail(limit.error) }
        }
        defer { timer?.cancel() }
        connection.start(exchange)
        let response = try await exchange.response()
        guard (200...299).contains(response.head.statusCode) else {
            throw ProxyRefusal(status: response.head.status, fields: response.head.fields.makeHTTPFields())
        }
    }

    // MARK: TLS

    // Securing an established connection: to the server itself, or through a proxy's tunnel.

    /// Secures `connection`. Returns the one to use: the same, or one that speaks HTTP/2 in its place.
    private func secure(
        _ connection: HTTP1ClientConnection,
        verifies: Bool,
        within limit: TimeLimit?
    ) async throws -> any ClientConnection {
        let secured = try await handshake(connection, verifies: verifies, within: limit)
        do {
            try await check(secured, verifies: verifies, within: limit)
            return secured
        } catch {
            loop.eventLoop.execute { secured.abort() }
            throw error
        }
    }

    private func handshake(
        _ connection: HTTP1ClientConnection,
        verifies: Bool,
        within limit: TimeLimit?
    ) async throws -> any ClientConnection {
        let context = try await core.security.context(verifies: verifies, version: key.version)
        let (host, port) = (key.host, key.port)
        do {
            let name = ServerName(host: host)?.text
            return try await loop.eventLoop.flatSubmit {
                Handshake(connection.identity, within: limit).begin(on: connection, context, serverName: name)
                    .flatMapThrowing { negotiated -> any ClientConnection in
                        negotiated == "h2" ? try connection.becomeHTTP2() : connection
                    }
            }.get()
        } catch HTTPClientError.connectionClosed {
            let reason = TLSFailure(reason: "EOF").text
            throw HTTPClientError.handshakeFailed(host: host, port: port, reason: reason)
        } catch let error as HTTPClientError {
            throw error
        } catch {
            let reason = TLSFailure(error)?.text ?? Self.reason(error)
            throw HTTPClientError.handshakeFailed(host: host, port: port, reason: reason)
        }
    }

    /// Checks the protocol and the certificate that the handshake brought.
    private func check(_ connection: any ClientConnection, verifies: Bool, within limit: TimeLimit?) async throws {
        let (host, port) = (key.host, key.port)
        if key.version == .http2, !connection.isHTTP2 {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server does not offer HTTP/2, which the client is configured to require."
            )
        }
        if verifies, connection.identity.security?.peerCertificate?.isFor(host: host) != true {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server's certificate is for another name."
            )
        }
        guard !verifies, let ask = core.configuration.acceptsBadCertificate else { return }
        let certificate = connection.identity.security?.peerCertificate
        let accepts = try await TimeLimit.run(within: limit) {
            if let certificate { await ask(certificate, host, port) } else { false }
        }
        guard accepts else {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server's certificate is not accepted."
            )
        }
    }
}

/// A proxy's refusal of CONNECT; after 407 the request can be tried again.
struct ProxyRefusal: Error {
    let status: HTTPResponse.Status
    let fields: HTTPFields
}
