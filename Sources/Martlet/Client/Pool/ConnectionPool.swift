import NIOCore
import Synchronization

/// The connections of a client, by destination.
final class ConnectionPool: Sendable {
    /// A connection, whatever version of HTTP it speaks.
    private struct Member: Equatable {
        let connection: any ClientConnection

        init(_ connection: any ClientConnection) {
            self.connection = connection
        }

        static func == (one: Member, other: Member) -> Bool {
            one.connection === other.connection
        }
    }

    private typealias Host = HostPool<Member, ClientExchange>

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
            let isPreferred: ((Member) -> Bool)? = loop.map { loop in { $0.connection.loop === loop } }
            let (key, known) = (exchange.key, state.known)
            return state.hosts[key, default: Host(limit: limit, knowledge: Self.knowledge(of: key, known))]
                .submit(exchange, first: first, avoidsIdle: exchange.avoidsIdle, isPreferred: isPreferred)
        }
        switch submission {
        case nil: exchange.fail(HTTPClientError.clientClosed)
        case .use(let member): member.connection.start(exchange)
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

    /// Takes a connection that has been made or has finished its exchange. Returns the next exchange for it, or nil and
    /// whether it is kept.
    func release(_ connection: any ClientConnection, isNew: Bool) -> (next: ClientExchange?, isKept: Bool) {
        let (release, others) = state.withLock { state -> (Host.Release?, [ClientExchange]) in
            let mayKeep = !state.isClosed
            let release = state.hosts[connection.key]?.release(Member(connection), isNew: isNew, mayKeep: mayKeep)
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

    /// Takes a new connection that carries several requests at once. Returns the exchanges for it, and whether it is
    /// kept.
    func join(_ connection: any ClientConnection, capacity: Int) -> (exchanges: [ClientExchange], isKept: Bool) {
        let (exchanges, others, isKept) = state.withLock { state -> ([ClientExchange], [ClientExchange], Bool) in
            state.learn(.shared, of: connection.key)
            let exchanges = state.hosts[connection.key]?.join(Member(connection), capacity: capacity) ?? []
            guard state.isClosed, exchanges.isEmpty else {
                // It may not have room for all that wait.
                return (exchanges, state.hosts[connection.key]?.waitersToConnectFor() ?? [], true)
            }
            return ([], [], state.hosts[connection.key]?.takeIdle(Member(connection)) != true)
        }
        connect(for: others, connection.core, on: connection.loop)
        return (exchanges, isKept)
    }

    /// Sets how many requests a connection carries at once. Returns the further exchanges for it.
    func setCapacity(_ capacity: Int, of connection: any ClientConnection) -> [ClientExchange] {
        let (exchanges, others) =
            change(connection.key) { host in
                (host.setCapacity(capacity, of: Member(connection)), host.waitersToConnectFor())
            } ?? ([], [])
        connect(for: others, connection.core, on: connection.loop)
        return exchanges
    }

    /// An exchange is over on a connection that carries several. Returns the next one for it, or nil and whether the
    /// connection is kept.
    func streamEnded(on connection: any ClientConnection) -> (next: ClientExchange?, isKept: Bool) {
        state.withLock { state in
            let mayKeep = !state.isClosed
            switch state.hosts[connection.key]?.streamEnded(on: Member(connection), mayKeep: mayKeep) {
            case .serve(let exchange): return (exchange, true)
            case .keep: return (nil, true)
            case .close, nil: return (nil, false)
            }
        }
    }

    /// A connection takes no more requests, but finishes those it has.
    func retire(_ connection: any ClientConnection) {
        let others = change(connection.key) { $0.retire(Member(connection)) } ?? []
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

    /// A connection is closed, or about to be.
    func closed(_ connection: any ClientConnection) {
        let next = change(connection.key) { $0.closed(Member(connection)) } ?? []
        connect(for: next, connection.core, on: connection.loop)
    }

    /// Removes an idle connection; false when it is in use, or about to be.
    func takeIdle(_ connection: any ClientConnection) -> Bool {
        state.withLock { $0.hosts[connection.key]?.takeIdle(Member(connection)) ?? false }
    }

    /// Accepts no more requests. Returns the idle connections and the waiting exchanges.
    func close() -> (idle: [any ClientConnection], waiting: [ClientExchange]) {
        state.withLock { state in
            state.isClosed = true
            var idle: [any ClientConnection] = []
            var waiting: [ClientExchange] = []
            for key in state.hosts.keys {
                idle += state.hosts[key]?.takeAllIdle().map(\.connection) ?? []
                waiting += state.hosts[key]?.takeAllWaiting() ?? []
            }
            return (idle, waiting)
        }
    }

    /// Accepts no more requests, but finishes those that wait. Returns the idle connections.
    func retire() -> [any ClientConnection] {
        state.withLock { state in
            state.isClosed = true
            return state.hosts.keys.flatMap { state.hosts[$0]?.takeAllIdle().map(\.connection) ?? [] }
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
