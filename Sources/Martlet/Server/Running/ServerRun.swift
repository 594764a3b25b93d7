import NIOCore
import Synchronization

/// The event loops of a server while it accepts connections.
final class ServerRun: Sendable {
    private let core: ServerCore
    private let loops: [ServerLoop]
    private let delivery: RequestDelivery
    private let group: any EventLoopGroup
    /// The fate of the connections that wait to be accepted.
    private let end: ListenerEnd
    private let announcement = Mutex(Announcement.ahead)
    /// The task that looks for renewed certificates.
    private let renewal = Mutex(StoredTask())

    init(core: ServerCore, group: any EventLoopGroup, delivery: RequestDelivery, end: ListenerEnd) {
        self.end = end
        self.core = core
        self.delivery = delivery
        self.group = group
        self.loops = group.makeIterator().map { ServerLoop(core: core, eventLoop: $0, delivery: delivery) }
        for loop in loops {
            core.count(loop.gauge)
        }
    }

    func listen(on socket: ServerSocket) async throws {
        let descriptors = try socket.duplicates()
        for (index, descriptor) in descriptors.enumerated() {
            let loop = loops[index % loops.count]
            do {
                // Sockets that share a port share its connections, too. A single one's loop distributes them.
                if descriptors.count > 1 {
                    try await loop.listen(
                        on: descriptor,
                        backlog: socket.backlog,
                        distributingOver: loop.eventLoop,
                        [loop]
                    )
                } else {
                    try await loop.listen(on: descriptor, backlog: socket.backlog, distributingOver: group, loops)
                }
            } catch {
                descriptors[(index + 1)...].forEach(SystemSocket.close)
                await close(force: true)
                throw error
            }
        }
    }

    /// Whether the service manager knows of the server.
    private enum Announcement {
        case ahead
        case made(ServiceNotifier)
        case over
    }

    /// Tells the service manager that the server accepts connections.
    func announce() {
        guard let notifier = core.settings.configuration.serviceNotifier else { return }
        announcement.withLock { $0 = .made(notifier) }
        notifier.serverBegan(loops.map(\.clock))
    }

    /// The server is about to close.
    func announceEnd() {
        let notifier = announcement.withLock { announcement -> ServiceNotifier? in
            if case .made(let notifier) = announcement { notifier } else { nil }
        }
        notifier?.serverStops()
    }

    /// The last connection is closed.
    private func ended() {
        let notifier = announcement.withLock { announcement -> ServiceNotifier? in
            defer { announcement = .over }
            return if case .made(let notifier) = announcement { notifier } else { nil }
        }
        notifier?.serverEnded(loops.map(\.clock))
    }

    /// The loop for a connection in memory: that of its client, or else the first.
    func loop(for eventLoop: any EventLoop) -> ServerLoop? {
        loops.first { $0.eventLoop === eventLoop } ?? loops.first
    }

    /// Loads certificates that are renewed while the server runs.
    func watchCertificates() {
        guard let security = core.security else { return }
        let core = core
        let task = Task {
            while let interval = security.reloadInterval, (try? await core.time.sleep(for: interval)) != nil {
                await security.reloadIfChanged(core.settings.configuration.logger)
            }
        }
        renewal.withLock { $0.store(task) }
    }

    /// Stops accepting. Returns when no socket is listening any more.
    ///
    /// - Parameter limit: How long the rest of the connections will be given.
    func close(force: Bool, within limit: Duration = .zero) async {
        core.shutdown.raise()
        renewal.withLock { $0.cancel() }
        if case .sequence(let queue) = delivery {
            queue.finish()
        }
        // WebSockets need the rest of the time for their closing handshakes.
        let spread = min(core.settings.configuration.webSocketShutdownSpread, limit / 2)
        let end = force ? ListenerEnd.atOnce : end
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask { await loop.close(force: force, end, spread: TimeAmount(spread)) }
            }
        }
        for loop in loops { await loop.endAccepting() }
        if force { ended() }
    }

    /// Returns when the last connection is closed. After `limit` the rest are torn down.
    func drain(within limit: Duration) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for loop in self.loops { await loop.drain() }
                return true
            }
            group.addTask {
                (try? await self.core.time.sleep(for: limit)) == nil
            }
            if await group.next() == false {
                await close(force: true)
            }
            group.cancelAll()
        }
        ended()
    }

    /// Returns when the server and its last connection have been closed.
    func finished() async {
        for loop in loops { await loop.drain() }
    }
}
