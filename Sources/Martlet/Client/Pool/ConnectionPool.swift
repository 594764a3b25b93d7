import NIOCore
import Synchronization

/// The connections of a client, by destination.
final class ConnectionPool: Sendable {
    private typealias Host = HostPool<ClientConnection, ClientExchange>

    /// For how many destinations without connections to remember whether they share connections.
    private static let memory = 1024

    private struct State {
        var hosts: [PoolKey: Host] = [:]
        /// Whether negotiated destinations share connections, as far as that is known.
        var known: [PoolKey: Host.Knowledge] = [:]
        var isClosed = false

        mutating func learn(_ knowledge: Host.Knowledge, of key: PoolKey) {
            guard key.version == .negotiated, known[key] != knowledge else { return }
            if known.count >= memory { known.removeAll() }
            known[key] = knowledge
        }
    }

    /// Makes a connection on a loop.
    typealias Connect = @Sendable (_ exchange: ClientExchange, _ loop: ClientLoop) -> Void

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    // MARK: Requests

    /// Gives `exchange` a connection: at once when one is idle, else when one is made or becomes idle.
    ///
    /// - Parameters:
    ///   - loop: The loop of the caller, whose connections are preferred.
    ///   - first: Whether the exchange goes before those that wait, since it has waited already.
    func submit(_ exchange: ClientExchange, core: ClientCore, on loop: ClientLoop?, first: Bool = false) {
        let submission = state.withLock { state -> Host.Submission? in
            guard !state.isClosed else { return nil }
            let isPreferred: ((ClientConnection) -> Bool)? = loop.map { loop in { $0.loop === loop } }
            let (key, known) = (exchange.key, state.known)
            return state.hosts[key, default: Host(limit: limit, knowledge: Self.knowledge(of: key, known))]
                .submit(exchange, first: first, avoidsIdle: exchange.avoidsIdle, isPreferred: isPreferred)
        }
        switch submission {
        case nil: exchange.fail(HTTPClientError.clientClosed)
        case .use(let connection): connection.start(exchange)
        case .connect: core.connect(for: exchange, on: loop ?? core.nextLoop())
        case .wait: core.limitWait(of: exchange, on: loop)
        }
    }

    private static func knowledge(of key: PoolKey, _ known: [PoolKey: Host.Knowledge]) -> Host.Knowledge {
        switch key.version {
        case .http1: .oneAtATime
        case .negotiated: known[key] ?? .none
        case .http2: .shared
        }
    }

    /// The exchange no longer needs a connection.
    func forget(_ exchange: ClientExchange) {
        state.withLock { state in
            guard var host = state.hosts[exchange.key] else { return }
            state.hosts[exchange.key] = nil
            _ = host.forget(exchange)
            if !host.isEmpty { state.hosts[exchange.key] = host }
        }
    }

    // MARK: Connections

    /// What to do with a connection that has been made or has answered its request: the next exchange for it, or nil
    /// and whether it is kept.
    func release(_ connection: ClientConnection, isNew: Bool) -> (next: ClientExchange?, isKept: Bool) {
        let (release, others) = state.withLock { state -> (Host.Release?, [ClientExchange]) in
            let mayKeep = !state.isClosed
            let release = state.hosts[connection.key]?.release(connection, isNew: isNew, mayKeep: mayKeep)
            guard isNew else { return (release, []) }
            state.learn(.oneAtATime, of: connection.key)
            return (release, state.hosts[connection.key]?.waitersToConnectFor() ?? [])
        }
        connect(for: others, connection.core, on: nil)
        switch release {
        case .serve(let exchange): return (exchange, true)
        case .keep: return (nil, true)
        case .close, nil: return (nil, false)
        }
    }

    /// A connection has been made that carries several requests at once. Answers those for it, and whether it is kept.
    func join(_ connection: ClientConnection, capacity: Int) -> (exchanges: [ClientExchange], isKept: Bool) {
        state.withLock { state in
            state.learn(.shared, of: connection.key)
            let exchanges = state.hosts[connection.key]?.join(connection, capacity: capacity) ?? []
            guard state.isClosed, exchanges.isEmpty else { return (exchanges, true) }
            return ([], state.hosts[connection.key]?.takeIdle(connection) != true)
        }
    }

    /// A connection carries up to `capacity` requests from now on. Answers the requests for it.
    func setCapacity(_ capacity: Int, of connection: ClientConnection) -> [ClientExchange] {
        let (exchanges, others) =
            change(connection.key) { host in
                (host.setCapacity(capacity, of: connection), host.waitersToConnectFor())
            } ?? ([], [])
        connect(for: others, connection.core, on: connection.loop)
        return exchanges
    }

    /// An exchange is over on a connection that carries several. Returns the next one for it, or nil and whether the
    /// connection is kept.
    func streamEnded(on connection: ClientConnection) -> (next: ClientExchange?, isKept: Bool) {
        state.withLock { state in
            let mayKeep = !state.isClosed
            switch state.hosts[connection.key]?.streamEnded(on: connection, mayKeep: mayKeep) {
            case .serve(let exchange): return (exchange, true)
            case .keep: return (nil, true)
            case .close, nil: return (nil, false)
            }
        }
    }

    /// A connection takes no more requests, though it goes on with those it has.
    func retire(_ connection: ClientConnection) {
        let others = change(connection.key) { $0.retire(connection) } ?? []
        connect(for: others, connection.core, on: connection.loop)
    }

    private func connect(for exchanges: [ClientExchange], _ core: ClientCore, on loop: ClientLoop?) {
        for exchange in exchanges { core.connect(for: exchange, on: loop ?? core.nextLoop()) }
    }

    /// A connection for `exchange` could not be made.
    func connectFailed(_ error: any Error, for exchange: ClientExchange, core: ClientCore, on loop: ClientLoop) {
        let (fails, next) = change(exchange.key) { $0.connectFailed(for: exchange) } ?? (false, [])
        if fails { exchange.fail(error) }
        connect(for: next, core, on: loop)
    }

    /// A connection is gone, or is about to be.
    func closed(_ connection: ClientConnection) {
        let next = change(connection.key) { $0.closed(connection) } ?? []
        connect(for: next, connection.core, on: connection.loop)
    }

    /// Takes a free connection out of use; false when somebody is using it, or is about to.
    func takeIdle(_ connection: ClientConnection) -> Bool {
        state.withLock { $0.hosts[connection.key]?.takeIdle(connection) ?? false }
    }

    /// Accepts no more requests. Answers the free connections and the requests that wait.
    func close() -> (idle: [ClientConnection], waiting: [ClientExchange]) {
        state.withLock { state in
            state.isClosed = true
            var idle: [ClientConnection] = []
            var waiting: [ClientExchange] = []
            for key in state.hosts.keys {
                idle += state.hosts[key]?.takeAllIdle() ?? []
                waiting += state.hosts[key]?.takeAllWaiting() ?? []
            }
            return (idle, waiting)
        }
    }

    /// Accepts no more requests, but finishes those that wait. Answers the free connections.
    func retire() -> [ClientConnection] {
        state.withLock { state in
            state.isClosed = true
            return state.hosts.keys.flatMap { state.hosts[$0]?.takeAllIdle() ?? [] }
        }
    }

    /// How many connections are open, how many of them are idle, and how many exchanges wait.
    var counts: (open: Int, idle: Int, waiting: Int) {
        state.withLock { state in
            state.hosts.values.reduce(into: (0, 0, 0)) { sum, host in
                sum.0 += host.openCount
                sum.1 += host.idleCount
                sum.2 += host.waiting.count
            }
        }
    }

    private func change<Result: Sendable>(_ key: PoolKey, _ body: @Sendable (inout Host) -> Result) -> Result? {
        state.withLock { state in
            guard var host = state.hosts.removeValue(forKey: key) else { return nil }
            let result = body(&host)
            if !host.isEmpty { state.hosts[key] = host }
            return result
        }
    }
}
