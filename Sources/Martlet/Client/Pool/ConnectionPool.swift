import NIOCore
import Synchronization

/// The connections of a client, by where they lead.
final class ConnectionPool: Sendable {
    private typealias Host = HostPool<HTTP1ClientConnection, ClientExchange>

    private struct State {
        var hosts: [PoolKey: Host] = [:]
        var isClosed = false
    }

    /// Makes a connection on a loop.
    typealias Connect = @Sendable (_ exchange: ClientExchange, _ loop: ClientLoop) -> Void

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    // MARK: Requests

    /// Gives `exchange` a connection: at once when one is free, else when one is made or becomes free.
    ///
    /// - Parameters:
    ///   - loop: The loop of the caller, whose connections are preferred.
    ///   - first: Whether the exchange goes before those that wait, since it has waited already.
    func submit(_ exchange: ClientExchange, core: ClientCore, on loop: ClientLoop?, first: Bool = false) {
        let submission = state.withLock { state -> Host.Submission? in
            guard !state.isClosed else { return nil }
            let isPreferred: ((HTTP1ClientConnection) -> Bool)? = loop.map { loop in { $0.loop === loop } }
            return state.hosts[exchange.key, default: Host(limit: limit)]
                .submit(exchange, first: first, avoidsIdle: exchange.avoidsIdle, isPreferred: isPreferred)
        }
        switch submission {
        case nil: exchange.fail(HTTPClientError.clientClosed)
        case .use(let connection): connection.start(exchange)
        case .connect: core.connect(for: exchange, on: loop ?? core.nextLoop())
        case .wait: break
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
    func release(_ connection: HTTP1ClientConnection, isNew: Bool) -> (next: ClientExchange?, isKept: Bool) {
        state.withLock { state in
            let mayKeep = !state.isClosed
            switch state.hosts[connection.key]?.release(connection, isNew: isNew, mayKeep: mayKeep) {
            case .serve(let exchange): return (exchange, true)
            case .keep: return (nil, true)
            case .close, nil: return (nil, false)
            }
        }
    }

    /// A connection for `exchange` could not be made.
    func connectFailed(_ error: any Error, for exchange: ClientExchange, core: ClientCore, on loop: ClientLoop) {
        let (fails, next) = change(exchange.key) { $0.connectFailed(for: exchange) } ?? (false, nil)
        if fails { exchange.fail(error) }
        if let next { core.connect(for: next, on: loop) }
    }

    /// A connection is gone, or is about to be.
    func closed(_ connection: HTTP1ClientConnection) {
        let next = change(connection.key) { $0.closed(connection) } ?? nil
        if let next { connection.core.connect(for: next, on: connection.loop) }
    }

    /// Takes a free connection out of use; false when somebody is using it, or is about to.
    func takeIdle(_ connection: HTTP1ClientConnection) -> Bool {
        state.withLock { $0.hosts[connection.key]?.takeIdle(connection) ?? false }
    }

    /// Accepts no more requests. Answers the free connections and the requests that wait.
    func close() -> (idle: [HTTP1ClientConnection], waiting: [ClientExchange]) {
        state.withLock { state in
            state.isClosed = true
            var idle: [HTTP1ClientConnection] = []
            var waiting: [ClientExchange] = []
            for key in state.hosts.keys {
                idle += state.hosts[key]?.takeAllIdle() ?? []
                waiting += state.hosts[key]?.takeAllWaiting() ?? []
            }
            return (idle, waiting)
        }
    }

    /// Accepts no more requests, but finishes those that wait. Answers the free connections.
    func retire() -> [HTTP1ClientConnection] {
        state.withLock { state in
            state.isClosed = true
            return state.hosts.keys.flatMap { state.hosts[$0]?.takeAllIdle() ?? [] }
        }
    }

    /// How many connections there are, and how many of them are free.
    var counts: (open: Int, idle: Int, waiting: Int) {
        state.withLock { state in
            state.hosts.values.reduce(into: (0, 0, 0)) { sum, host in
                sum.0 += host.openCount
                sum.1 += host.idle.count
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
