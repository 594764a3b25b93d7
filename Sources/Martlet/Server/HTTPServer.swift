import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import Synchronization

/// A server that answers HTTP requests.
///
/// ```swift
/// let server = try await HTTPServer.bind(.loopbackIPv4, port: 4040)
/// try await server.serve { request in
///     try await request.response.end("Hello, world!")
/// }
/// ```
///
/// The server is also an `AsyncSequence` of its requests: `for try await request in server { … }`. Connections are
/// accepted once `serve(on:around:_:)` is called or an iteration begins.
public final class HTTPServer: Sendable {
    /// Answers one request. If the handler returns without ending the response, the server ends it; if it throws, the
    /// answer is 500, or what an ``HTTPError`` says.
    ///
    /// The handler runs on the event loop of the request's connection, and is cancelled when the client goes away. A
    /// client that has only finished sending gets its answer; see ``Configuration/halfCloseGracePeriod``.
    public typealias Handler = @Sendable (HTTPServerRequest) async throws -> Void

    /// The address that the server listens on.
    public let address: InternetAddress
    /// The port that the server listens on; 0 on a Unix-domain socket.
    public let port: Int

    let core: ServerCore
    /// Nil if the server has connections in memory only.
    private let socket: ServerSocket?
    private let ownsSocket: Bool
    private let state = Mutex(State.bound)

    private enum State {
        case bound
        case serving(ServerRun)
        case closed(ServerRun?)
    }

    /// A server for the connections of a socket.
    init(
        socket: ServerSocket,
        ownsSocket: Bool,
        configuration: Configuration,
        security: ServerSecurity? = nil
    ) {
        self.socket = socket
        self.ownsSocket = ownsSocket
        self.address = socket.address
        self.port = socket.port
        self.core = ServerCore(
            configuration,
            address: socket.address,
            port: socket.port,
            security: security
        )
    }

    /// A server for connections in memory.
    init(inMemoryWith configuration: Configuration, security: ServerSecurity?) {
        self.socket = nil
        self.ownsSocket = false
        self.address = .loopbackIPv4
        self.port = security == nil ? 80 : 443
        self.core = ServerCore(configuration, address: address, port: port, security: security)
    }

    deinit {
        let run = state.withLock { state in
            if case .serving(let run) = state { run } else { ServerRun?.none }
        }
        if ownsSocket { socket?.close() }
        if let run {
            Task { await run.close(force: false) }
        }
    }

    /// The URL of the server's root, to print for people.
    public var url: String {
        let scheme = core.security == nil ? "http" : "https"
        return address.kind == .unix ? "\(scheme)+unix:\(address)" : "\(scheme)://\(address):\(port)/"
    }

    /// How many connections the server has now.
    public var connectionCounts: ConnectionCounts { core.connectionCounts }

    /// The event loops of the server while it serves; nil before and after that.
    var run: ServerRun? {
        state.withLock { if case .serving(let run) = $0 { run } else { nil } }
    }

    // MARK: Life

    /// Begins to accept connections.
    func start(_ delivery: RequestDelivery) async throws -> ServerRun {
        StandardOutput.flush()
        let group: any EventLoopGroup =
            core.settings.configuration.eventLoopGroup ?? EventLoops.group
        let run = try state.withLock { state in
            switch state {
            case .bound:
                let run = ServerRun(core: core, group: group, delivery: delivery, end: listenerEnd)
                state = .serving(run)
                return run
            case .serving: throw HTTPServerError.alreadyServing
            case .closed: throw HTTPServerError.serverClosed
            }
        }
        do {
            if let socket { try await run.listen(on: socket) }
        } catch {
            // A server that is closed meanwhile has no socket any more, which is not an error of the socket.
            let isClosed = state.withLock { if case .closed = $0 { true } else { false } }
            throw isClosed ? HTTPServerError.serverClosed : error
        }
        run.watchCertificates()
        run.announce()
        return run
    }

    /// Connections that wait to be accepted are left to the owner of the socket, if that is not the server.
    private var listenerEnd: ListenerEnd {
        guard ownsSocket, let socket else { return .atOnce }
        return socket.isShared ? .yielding : .accepting
    }

    /// Stops listening; the port is free again when this returns. Requests that are being answered are finished within
    /// the configured `shutdownTimeout`; with `force` their connections are torn down. Closing twice does no harm.
    public func close(force: Bool = false) async {
        let wasClosed = state.withLock { if case .closed = $0 { true } else { false } }
        let limit = core.settings.configuration.shutdownTimeout
        let run = await stop(force: force, within: limit)
        if !force, !wasClosed, let run {
            Task { await run.drain(within: limit) }
        }
    }

    /// Goes on for the configured `shutdownDelay`, if requests are being served.
    private func delayShutdown() async {
        guard let run else { return }
        run.announceEnd()
        await core.shutdownDelay.pass(core.settings.configuration.shutdownDelay, by: core.time)
    }

    /// Stops listening. The rest of the connections will be given `limit` to finish.
    private func stop(force: Bool, within limit: Duration) async -> ServerRun? {
        let run = state.withLock { state -> ServerRun? in
            switch state {
            case .bound:
                state = .closed(nil)
                return ServerRun?.none
            case .serving(let run):
                state = .closed(run)
                return run
            case .closed(let run):
                return run
            }
        }
        run?.announceEnd()
        core.shutdownDelay.end()
        if ownsSocket { socket?.close() }
        await run?.close(force: force, within: limit)
        return run
    }

    /// Closes the server, after the configured `shutdownDelay`, and returns when its last connection is closed.
    ///
    /// - Parameter deadline: How long to wait, from when it has stopped listening, before the remaining connections are
    ///   torn down; nil for the configured `shutdownTimeout`.
    public func shutdown(within deadline: Duration? = nil) async {
        await delayShutdown()
        await finish(within: deadline)
    }

    /// Closes the server at once, and returns when its last connection is closed.
    func finish(within deadline: Duration? = nil) async {
        let limit = deadline ?? core.settings.configuration.shutdownTimeout
        let run = await stop(force: false, within: limit)
        // Not in this task: if it is cancelled, as tasks that shut down often are, the time would be over at once.
        await Task { await run?.drain(within: limit) }.value
    }
}

/// The settings that can be changed while the server runs. A change applies to requests that begin after it.
extension HTTPServer {
    /// The current configuration.
    public var configuration: Configuration { core.settings.configuration }

    /// Whether content that benefits from it is sent compressed to clients that accept that.
    public var autoCompress: Bool {
        get { configuration.autoCompress }
        set { core.update { $0.autoCompress = newValue } }
    }

    /// The fields that every response starts from.
    public var defaultResponseHeaders: HTTPFields {
        get { configuration.defaultResponseHeaders }
        set { core.update { $0.defaultResponseHeaders = newValue } }
    }

    /// The value of the `Server` field of every response; nil sends none.
    public var serverHeader: String? {
        get { configuration.serverHeader }
        set { core.update { $0.serverHeader = newValue } }
    }

    /// How long a connection may wait between two requests; nil for ever.
    public var idleTimeout: Duration? {
        get { configuration.idleTimeout }
        set { core.update { $0.idleTimeout = newValue } }
    }

    /// How long a session lives after its last use.
    public var sessionTimeout: Duration {
        get { configuration.sessionTimeout }
        set { core.update { $0.sessionTimeout = newValue } }
    }
}

extension HTTPServer: AsyncSequence {
    /// Iterates over the requests of a server, one at a time.
    ///
    /// Dropping the iterator, as leaving a `for` loop does, closes the server; requests that were delivered before can
    /// still be answered.
    public final class AsyncIterator: AsyncIteratorProtocol {
        private let server: HTTPServer
        private let queue = RequestQueue()
        private var hasStarted = false
        /// Whether the server's requests come here.
        private var isServing = false

        init(_ server: HTTPServer) {
            self.server = server
        }

        deinit {
            guard isServing else { return }
            let server = server
            Task { await server.close() }
        }

        /// The next request; nil when the server has been closed or the task is cancelled.
        ///
        /// - Throws: ``HTTPServerError/alreadyServing`` when the server is already serving or being iterated over.
        public func next() async throws -> HTTPServerRequest? {
            if !hasStarted {
                hasStarted = true
                do {
                    _ = try await server.start(.sequence(queue))
                    isServing = true
                } catch HTTPServerError.serverClosed {
                    return nil
                }
            }
            return await queue.next()
        }
    }

    /// An iterator. The server begins to accept connections with the first call of `next`.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }
}
