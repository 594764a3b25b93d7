import CLibrary
import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import Synchronization

/// The state that the requests of a client share. It outlives the client while requests are in progress.
final class ClientCore: Sendable {
    let configuration: HTTPClient.Configuration
    let pool: ConnectionPool
    let authentication = ClientAuthentication()
    /// The proxies that the environment named when the client was made.
    let environmentProxies: ProxyEnvironment
    /// Whether every request goes straight to its server.
    let connectsStraight: Bool
    /// The fields that every request starts from.
    let defaultHeaders: HTTPFields
    /// The same fields in wire format.
    let renderedHeaders: ByteBuffer
    /// Whether every request can be sent with them as they are. Fields that are credentials, describe content or ask
    /// for a part of it depend on where a request goes, and on its other fields.
    let areDefaultsFixed: Bool
    /// The `Accept-Encoding` that the client adds by itself; nil when it adds none, or the default fields have one.
    let ownAcceptEncoding: String?
    /// Where the time comes from.
    var time: TimeSource { configuration.time }
    /// The TLS of secure connections.
    let security: ClientSecurity
    /// The configuration's middleware around what sends requests; nil without any.
    private let sender: HTTPClient.Sender?
    private let loops: [ObjectIdentifier: ClientLoop]
    private let allLoops: [ClientLoop]
    private let turn = Atomic(0)

    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
        self.security = ClientSecurity(configuration.security)
        self.sender = configuration.middleware.sender
        self.pool = ConnectionPool(limit: configuration.maximumConnectionsPerHost ?? .max)
        let group: any EventLoopGroup = configuration.eventLoopGroup ?? EventLoops.group
        let interval = TimeAmount.sweepInterval(for: configuration.deadlines)
        self.allLoops = group.makeIterator().map {
            ClientLoop(clock: configuration.time.clock(of: $0), sweepInterval: interval)
        }
        self.loops = Dictionary(allLoops.map { (ObjectIdentifier($0.eventLoop), $0) }) { first, _ in first }
        let variables = ClientCore.proxyVariables()
        self.connectsStraight = configuration.findProxy == nil && ClientCore.namesNoProxy(variables)
        self.environmentProxies = ProxyEnvironment(variables)
        let fields = configuration.standardHeaders
        self.defaultHeaders = fields
        let secrets = configuration.secretHeaders
        self.areDefaultsFixed = fields.allSatisfy {
            $0.name != .range && !RedirectPolicy.concerns($0.name, secrets: secrets)
        }
        self.ownAcceptEncoding =
            configuration.decompresses && configuration.defaultHeaders[.acceptEncoding] == nil
            ? fields[.acceptEncoding] : nil
        var rendered = ByteBuffer()
        for field in fields {
            // HTTPField holds no control characters, so nothing is left out.
            try? rendered.writeField(field.name, field.value)
        }
        self.renderedHeaders = rendered
    }

    /// Sends a request through the configuration's middleware.
    func send(_ draft: RequestDraft) async throws -> HTTPClientResponse {
        guard let sender else {
            var run = RequestRun(draft, core: self)
            return try await run.run()
        }
        var draft = draft
        // All that middleware makes of the request has to be done in the time of one.
        draft.deadline = configuration.totalTimeout.map { time.now + TimeAmount($0) }
        return try await sender(PreparedRequest(draft, core: self))
    }

    /// The loop of the calling thread, if it is one of the client's.
    var presentLoop: ClientLoop? {
        EventLoops.current.flatMap { loops[ObjectIdentifier($0)] }
    }

    /// The loop for the next connection that is not tied to one.
    func nextLoop() -> ClientLoop {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return allLoops[(index & Int.max) % allLoops.count]
    }

    /// Submits an exchange to the pool.
    func submit(_ exchange: ClientExchange) {
        let loop = presentLoop
        guard exchange.wait(in: pool) else { return }
        if let deadline = exchange.deadline, let timeout = configuration.totalTimeout {
            let timer = (loop ?? nextLoop()).clock.schedule(at: deadline) {
                let key = exchange.key
                exchange.fail(HTTPClientError.timedOut(.total, host: key.host, port: key.port, after: timeout))
            }
            exchange.keep(timer)
        }
        pool.submit(exchange, core: self, on: loop)
    }

    /// Fails the exchange if it waits for a connection for too long.
    func limitWait(of exchange: ClientExchange, on loop: ClientLoop?) {
        guard let timeout = configuration.poolTimeout, exchange.isWaitingWithoutLimit else { return }
        let timer = (loop ?? nextLoop()).clock.schedule(in: TimeAmount(timeout)) {
            let key = exchange.key
            exchange.fail(HTTPClientError.timedOut(.pool, host: key.host, port: key.port, after: timeout))
        }
        exchange.keepWaiting(until: timer)
    }

    /// Makes a connection for `exchange`, or for whichever exchange is first in line when it is ready.
    func connect(for exchange: ClientExchange, on loop: ClientLoop) {
        Task {
            do {
                let connection = try await Connector(core: self, key: exchange.key, loop: loop).connect()
                loop.eventLoop.execute { [pool] in
                    if connection.join() {
                        // Another request may have taken the connection: from now on this one waits for its turn.
                        self.limitWait(of: exchange, on: loop)
                        return
                    }
                    // The server has closed it at once.
                    pool.connectFailed(
                        connection.failure ?? HTTPClientError.connectionClosed,
                        for: exchange,
                        core: self,
                        on: loop
                    )
                }
            } catch {
                pool.connectFailed(error, for: exchange, core: self, on: loop)
            }
        }
    }

    // MARK: Closing

    /// Closes the idle connections; those in use close when their exchanges are over.
    func retire() {
        for connection in pool.retire() {
            connection.loop.eventLoop.execute { connection.dismiss() }
        }
    }

    /// Accepts no more requests; with `force` tears down all connections. Returns when all loops have done so.
    func close(force: Bool) async {
        let (idle, waiting) = pool.close()
        for exchange in waiting { exchange.fail(HTTPClientError.clientClosed) }
        let dismissals = idle.map { connection in connection.loop.eventLoop.submit { connection.dismiss() } }
        for dismissal in dismissals { try? await dismissal.get() }
        guard force else { return }
        for loop in allLoops {
            try? await loop.eventLoop.run { loop.closeAll() }
        }
    }

    // MARK: Cookies

    /// The cookies that the jar has for a request.
    func cookies(for url: HTTPURL) -> [Cookie] {
        configuration.cookieJar?.cookies(for: url, now: time.date) ?? []
    }

    /// Keeps the cookies that a response sets.
    func store(_ fields: FieldBlock, from url: HTTPURL) {
        guard configuration.cookieJar != nil, fields.contains(.setCookie) else { return }
        store(fields.makeHTTPFields(), from: url)
    }

    /// Keeps the cookies that a response sets.
    func store(_ fields: HTTPFields, from url: HTTPURL) {
        configuration.cookieJar?.store(setCookieFields: fields, from: url, now: time.date)
    }
}

extension HTTPClient.Configuration {
    /// The default fields, including those that have settings of their own.
    fileprivate var standardHeaders: HTTPFields {
        var fields = defaultHeaders
        if let userAgent, fields[.userAgent] == nil { fields[.userAgent] = userAgent }
        if decompresses, fields[.acceptEncoding] == nil { fields[.acceptEncoding] = ContentCoding.accepted }
        return fields
    }

    /// The time limits that connections enforce.
    fileprivate var deadlines: [Duration?] { [idleTimeout, readTimeout, http2.pingInterval, http2.pingTimeout] }
}
