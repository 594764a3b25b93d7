import NIOCore

/// The part of a client on one event loop: the connections there, and the timer for their deadlines.
final class ClientLoop: @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `eventLoop`, where all members are called.

    let eventLoop: any EventLoop
    private let sweepInterval: TimeAmount
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var sweeping: RepeatedTask?

    init(eventLoop: any EventLoop, sweepInterval: TimeAmount) {
        self.eventLoop = eventLoop
        self.sweepInterval = sweepInterval
    }

    func add(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = connection
        guard sweeping == nil else { return }
        sweeping = eventLoop.scheduleRepeatedTask(initialDelay: sweepInterval, delay: sweepInterval) { _ in
            self.sweep()
        }
    }

    func remove(_ connection: ClientConnection) {
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
        let now = NIODeadline.now()
        for connection in Array(connections.values) {
            connection.checkDeadlines(now: now)
        }
    }
}
