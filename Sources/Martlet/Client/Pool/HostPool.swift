import NIOCore

/// The connections to one destination and the requests that wait for them: who gets what, and when to connect.
///
/// A plain value that does nothing itself; its members answer what is to be done. Connections that are free are used
/// last in, first out, so that those not needed grow old; requests are served first in, first out.
struct HostPool<Connection: AnyObject, Waiter: AnyObject> {
    /// What to do about a request.
    enum Submission {
        case use(Connection)
        /// Wait, and make a connection.
        case connect
        case wait
    }

    /// What to do with a connection that is free.
    enum Release {
        case serve(Waiter)
        case keep
        case close
    }

    private(set) var idle: [Connection] = []
    private(set) var waiting = CircularBuffer<Waiter>()
    /// All connections: in use, free, and being made.
    private(set) var openCount = 0
    private(set) var connectingCount = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Whether nothing is left to remember.
    var isEmpty: Bool { openCount == 0 && waiting.isEmpty }

    /// A request needs a connection.
    ///
    /// - Parameters:
    ///   - first: Whether it goes before those that wait.
    ///   - avoidsIdle: Whether it is better made a connection for than given a free one.
    ///   - isPreferred: Picks among the free connections; the one used last is taken if none is preferred.
    mutating func submit(
        _ waiter: Waiter,
        first: Bool = false,
        avoidsIdle: Bool = false,
        isPreferred: ((Connection) -> Bool)?
    ) -> Submission {
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

    /// A connection has been made, or has answered its request.
    mutating func release(_ connection: Connection, isNew: Bool, mayKeep: Bool) -> Release {
        if isNew { connectingCount -= 1 }
        if let waiter = waiting.popFirst() { return .serve(waiter) }
        guard mayKeep else { return .close }
        idle.append(connection)
        return .keep
    }

    /// A connection could not be made.
    ///
    /// - Returns: whether the request that it was made for still waits, in which case it is forgotten here; and the
    ///   request to make another connection for, if there is one.
    mutating func connectFailed(for waiter: Waiter) -> (fails: Bool, next: Waiter?) {
        connectingCount -= 1
        openCount -= 1
        return (forget(waiter), waiterToConnectFor())
    }

    /// A connection is gone, or about to be. Answers the request to make another one for, if there is one.
    mutating func closed(_ connection: Connection) -> Waiter? {
        openCount -= 1
        idle.removeAll { $0 === connection }
        return waiterToConnectFor()
    }

    /// Takes a free connection out of use; false when it is not free.
    mutating func takeIdle(_ connection: Connection) -> Bool {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return false }
        idle.remove(at: index)
        return true
    }

    /// A request gives up waiting; false when it does not wait.
    mutating func forget(_ waiter: Waiter) -> Bool {
        guard let index = waiting.firstIndex(where: { $0 === waiter }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Takes all free connections out of use.
    mutating func takeAllIdle() -> [Connection] {
        defer { idle.removeAll() }
        return idle
    }

    /// Takes all requests that wait.
    mutating func takeAllWaiting() -> [Waiter] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    private mutating func startConnecting() -> Bool {
        guard openCount < limit, connectingCount < waiting.count else { return false }
        openCount += 1
        connectingCount += 1
        return true
    }

    private mutating func waiterToConnectFor() -> Waiter? {
        guard startConnecting() else { return nil }
        return waiting[waiting.index(waiting.startIndex, offsetBy: min(connectingCount, waiting.count) - 1)]
    }
}
