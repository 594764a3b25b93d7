import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What the requests of a client share. It outlives the client as long as requests are going on.
final class ClientCore: Sendable {
    /// How many connections to one server there may be unless the configuration says.
    private static let standardConnectionLimit = 256

    let configuration: HTTPClient.Configuration
    let pool: ConnectionPool
    let authentication = ClientAuthentication()
    /// The proxies that the environment names, as of the making of the client.
    let environmentProxies: ProxyEnvironment
    /// Whether every request goes straight to its server.
    let connectsStraight: Bool
    /// The fields that every request begins with.
    let defaultHeaders: HTTPFields
    /// The same, as they stand on the wire.
    let renderedHeaders: ByteBuffer
    /// Whether every request can be sent with them as they are. Those that are credentials, describe content or ask for a
    /// part of it depend on where a request goes, and on what else it says.
    let areDefaultsFixed: Bool
    /// The codings that the client asks for of its own accord; nil when it does not, or its user says which.
    let ownAcceptEncoding: String?
    /// The TLS of secure connections.
    let security: ClientSecurity
    private let loops: [ObjectIdentifier: ClientLoop]
    private let allLoops: [ClientLoop]
    private let turn = Atomic(0)

    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
        self.security = ClientSecurity(configuration.security)
        self.pool = ConnectionPool(limit: configuration.maxConnectionsPerHost ?? Self.standardConnectionLimit)
        let group: any EventLoopGroup = configuration.eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        let interval = TimeAmount.sweepInterval(for: configuration.deadlines)
        self.allLoops = group.makeIterator().map { ClientLoop(eventLoop: $0, sweepInterval: interval) }
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

    /// The loop whose thread this is called on, if it is one of the client's.
    var presentLoop: ClientLoop? {
        MultiThreadedEventLoopGroup.currentEventLoop.flatMap { loops[ObjectIdentifier($0)] }
    }

    /// The loop for the next connection that nothing ties to one.
    func nextLoop() -> ClientLoop {
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return allLoops[(index & Int.max) % allLoops.count]
    }

    /// Sends an exchange on its way.
    func submit(_ exchange: ClientExchange) {
        let loop = presentLoop
        guard exchange.wait(in: pool) else { return }
        if let deadline = exchange.deadline, let timeout = configuration.totalTimeout {
            let timer = (loop ?? nextLoop()).eventLoop.scheduleTask(deadline: deadline) {
                let key = exchange.key
                exchange.fail(HTTPClientError.timedOut(.total, host: key.host, port: key.port, after: timeout))
            }
            exchange.keep(timer)
        }
        pool.submit(exchange, core: self, on: loop)
    }

    /// Gives an exchange up that waits for a connection for too long.
    func limitWait(of exchange: ClientExchange, on loop: ClientLoop?) {
        guard let timeout = configuration.poolTimeout, exchange.isWaitingWithoutLimit else { return }
        let timer = (loop ?? nextLoop()).eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            let key = exchange.key
            exchange.fail(HTTPClientError.timedOut(.pool, host: key.host, port: key.port, after: timeout))
        }
        exchange.keepWaiting(until: timer)
    }

    /// Makes a connection for an exchange, or for whoever waits when it is there.
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

    /// Closes the connections that are free; those in use close when they have done their work.
    func retire() {
        Self.close(pool.retire())
    }

    /// Accepts no more requests; with `force` tears down what is going on.
    func close(force: Bool) {
        let (idle, waiting) = pool.close()
        Self.close(idle)
        for exchange in waiting { exchange.fail(HTTPClientError.clientClosed) }
        guard force else { return }
        for loop in allLoops {
            loop.eventLoop.execute { loop.closeAll() }
        }
    }

    private static func close(_ connections: [any ClientConnection]) {
        for connection in connections {
            connection.loop.eventLoop.execute { connection.dismiss() }
        }
    }
}

extension HTTPClient.Configuration {
    /// The default fields, those that have settings of their own among them.
    fileprivate var standardHeaders: HTTPFields {
        var fields = defaultHeaders
        if let userAgent, fields[.userAgent] == nil { fields[.userAgent] = userAgent }
        if decompresses, fields[.acceptEncoding] == nil { fields[.acceptEncoding] = "gzip, deflate" }
        return fields
    }

    /// The times that connections look after.
    fileprivate var deadlines: [Duration?] { [idleTimeout, readTimeout, http2.pingInterval, http2.pingTimeout] }
}
