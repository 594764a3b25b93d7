import NIOCore

/// The part of a client on one event loop: the connections there, and the timer for their deadlines.
final class ClientLoop: @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `eventLoop`, where all members are called.

    let clock: LoopClock
    private let sweepInterval: TimeAmount
    private var connections: [ObjectIdentifier: any ClientConnection] = [:]
    private var sweeping: RepeatedTimer?

    init(clock: LoopClock, sweepInterval: TimeAmount) {
        self.clock = clock
        self.sweepInterval = sweepInterval
    }

    var eventLoop: any EventLoop { clock.eventLoop }

    func add(_ connection: any ClientConnection) {
        connections[ObjectIdentifier(connection)] = connection
        guard sweeping == nil else { return }
        sweeping = clock.repeat(every: sweepInterval) { self.sweep() }
    }

    func remove(_ connection: any ClientConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        sweeping?.cancel()
        sweeping = nil
    }

    /// Tears all connections down.
    func closeAll() {
        for connection in Array(connections.values) {
            connection.abort(with: HTTPClientError.clientClosed)
        }
    }

    private func sweep() {
        let now = clock.now
        for connection in Array(connections.values) {
            connection.checkDeadlines(now: now)
        }
    }
}
