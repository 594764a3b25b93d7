import NIOCore

/// The connections to one destination and the requests that wait for them: which request gets which connection, and
/// when to make another.
///
/// A plain value: its members only return what is to be done. Idle connections are used last in, first out, so that
/// those not needed time out; requests are served first in, first out. A connection that carries several requests at
/// once (HTTP/2) is filled before another one is made.
struct HostPool<Connection: Equatable, Waiter: AnyObject> {
    /// The state of the server's connections.
    enum Knowledge {
        /// Nothing yet: the first connection shows it, and all requests wait for that one.
        case none
        /// Each carries one request at a time, or one could not be made: a connection for each request.
        case oneAtATime
        /// Each carries several requests: no connection is made while another one is being made.
        case shared
    }

    /// The decision about a request.
    enum Submission {
        case use(Connection)
        /// Wait, and make a connection.
        case connect
        case wait
    }

    /// The decision about an idle connection.
    enum Release {
        case serve(Waiter)
        case keep
        case close
    }

    /// A connection that carries several requests at once.
    private struct Shared {
        let connection: Connection
        var streams: Int
        var capacity: Int

        var hasRoom: Bool { streams < capacity }
    }

    private(set) var idle: [Connection] = []
    private var shared: [Shared] = []
    private(set) var waiting = CircularBuffer<Waiter>()
    /// All connections: in use, idle and being made.
    private(set) var openCount = 0
    private(set) var connectingCount = 0
    private(set) var knowledge: Knowledge
    private let limit: Int

    init(limit: Int, knowledge: Knowledge = .oneAtATime) {
        self.limit = max(limit, 1)
        self.knowledge = knowledge
    }

    /// Whether there are neither connections nor requests, so that the value can be dropped.
    var isEmpty: Bool { openCount == 0 && waiting.isEmpty }

    /// How many connections carry no request.
    var idleCount: Int { shared.reduce(idle.count) { $0 + ($1.streams == 0 ? 1 : 0) } }

    /// Takes a request that needs a connection.
    ///
    /// - Parameters:
    ///   - first: Whether it goes before those that wait.
    ///   - avoidsIdle: Whether to make a connection for it rather than give it an idle one.
    ///   - isPreferred: Picks among the idle connections; the one used last is taken if none is preferred.
    mutating func submit(
        _ waiter: Waiter,
        first: Bool = false,
        avoidsIdle: Bool = false,
        isPreferred: ((Connection) -> Bool)?
    ) -> Submission {
        if !shared.isEmpty, let index = shared.firstIndex(where: \.hasRoom) {
            shared[index].streams += 1
            return .use(shared[index].connection)
        }
        if !avoidsIdle || openCount >= limit {
            if let isPreferred, let index = idle.lastIndex(where: isPreferred) {
                return .use(idle.remove(at: index))
            }
            if let connection = idle.popLast() {
                return .use(connection)
            }
        }
        if first {
            waiting.prepend(waiter)
        } else {
            waiting.append(waiter)
        }
        return startConnecting() ? .connect : .wait
    }

    /// Takes a connection that carries one request at a time, and is new or has finished its request.
    mutating func release(_ connection: Connection, isNew: Bool, mayKeep: Bool) -> Release {
        if isNew {
            connectingCount -= 1
            knowledge = .oneAtATime
        }
        if let waiter = waiting.popFirst() { return .serve(waiter) }
        guard mayKeep else { return .close }
        idle.append(connection)
        return .keep
    }

    /// A connection could not be made.
    ///
    /// - Returns: whether the request that it was made for still waits, in which case it is removed; and the requests
    ///   to make other connections for.
    mutating func connectFailed(for waiter: Waiter) -> (fails: Bool, next: [Waiter]) {
        connectingCount -= 1
        openCount -= 1
        // The others must not wait for one attempt after the other to fail.
        knowledge = .oneAtATime
        return (forget(waiter), waitersToConnectFor())
    }

    /// A connection is closed, or about to be. Returns the requests to make others for.
    mutating func closed(_ connection: Connection) -> [Waiter] {
        openCount -= 1
        idle.removeAll { $0 == connection }
        shared.removeAll { $0.connection == connection }
        return waitersToConnectFor()
    }

    /// Removes an idle connection; false when it is not idle.
    mutating func takeIdle(_ connection: Connection) -> Bool {
        if let index = idle.lastIndex(of: connection) {
            idle.remove(at: index)
            return true
        }
        if let index = shared.firstIndex(where: { $0.connection == connection && $0.streams == 0 }) {
            shared.remove(at: index)
            return true
        }
        return false
    }

    /// Removes a waiting request; false when it is not waiting.
    mutating func forget(_ waiter: Waiter) -> Bool {
        guard let index = waiting.firstIndex(where: { $0 === waiter }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Removes all idle connections.
    mutating func takeAllIdle() -> [Connection] {
        let free = shared.filter { $0.streams == 0 }.map(\.connection)
        shared.removeAll { $0.streams == 0 }
        defer { idle.removeAll() }
        return idle + free
    }

    /// Removes all waiting requests.
    mutating func takeAllWaiting() -> [Waiter] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    /// The requests to make connections for. These connections count as being made from now on.
    mutating func waitersToConnectFor() -> [Waiter] {
        var waiters: [Waiter] = []
        while startConnecting() {
            waiters.append(waiting[waiting.index(waiting.startIndex, offsetBy: connectingCount - 1)])
        }
        return waiters
    }

    private mutating func startConnecting() -> Bool {
        guard openCount < limit, connectingCount < waiting.count else { return false }
        switch knowledge {
        case .oneAtATime: break
        case .none: guard connectingCount == 0 else { return false }
        case .shared:
            // If one accepts no requests at all for now, another would do the same.
            guard connectingCount == 0, !shared.contains(where: { $0.hasRoom || $0.capacity == 0 }) else {
                return false
            }
        }
        openCount += 1
        connectingCount += 1
        return true
    }
}

/// Connections that carry several requests at once.
extension HostPool {
    /// Takes a new connection that carries up to `capacity` requests at once. Returns the requests for it.
    mutating func join(_ connection: Connection, capacity: Int) -> [Waiter] {
        connectingCount -= 1
        knowledge = .shared
        shared.append(Shared(connection: connection, streams: 0, capacity: capacity))
        return fill(shared.count - 1)
    }

    /// Sets how many requests a connection carries at once. Returns the further requests for it.
    mutating func setCapacity(_ capacity: Int, of connection: Connection) -> [Waiter] {
        guard let index = index(of: connection) else { return [] }
        shared[index].capacity = capacity
        return fill(index)
    }

    /// A request is over on a connection that carries several. Returns what to do with the connection.
    mutating func streamEnded(on connection: Connection, mayKeep: Bool) -> Release {
        guard let index = index(of: connection) else { return .keep }
        shared[index].streams -= 1
        if shared[index].hasRoom, let waiter = waiting.popFirst() {
            shared[index].streams += 1
            return .serve(waiter)
        }
        guard !mayKeep, shared[index].streams == 0 else { return .keep }
        shared.remove(at: index)
        return .close
    }

    /// A connection takes no more requests, but finishes those it has. Returns the requests to make others for.
    mutating func retire(_ connection: Connection) -> [Waiter] {
        shared.removeAll { $0.connection == connection }
        return waitersToConnectFor()
    }

    private func index(of connection: Connection) -> Int? {
        shared.firstIndex { $0.connection == connection }
    }

    private mutating func fill(_ index: Int) -> [Waiter] {
        var waiters: [Waiter] = []
        while shared[index].hasRoom, let waiter = waiting.popFirst() {
            shared[index].streams += 1
            waiters.append(waiter)
        }
        return waiters
    }
}
