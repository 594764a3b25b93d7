import CLibrary
import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import Synchronization

/// The part of a server on one event loop: its listening sockets, its connections, and what they share.
final class ServerLoop: @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `eventLoop`; members that may be called from
    // elsewhere say so. What each request reads is exempt from the run-time check for overlapping accesses: it is read
    // and replaced, never changed in place.

    let eventLoop: any EventLoop
    let clock: LoopClock
    let executor: EventLoopExecutor
    let gauge = ConnectionGauge()
    let core: ServerCore
    /// The context in which the tasks of handlers are made.
    let shutdownContext: ShutdownContext
    /// Where requests are delivered.
    let delivery: RequestDelivery

    /// The tasks that run the handlers of streams, where those run on the loop.
    let streamTasks: HTTP2StreamTasks?

    private var connections: [ObjectIdentifier: any ServerConnection] = [:]
    private var listeners: [any Listener] = []
    private var sweeping: RepeatedTimer?
    private var drained: EventLoopPromise<Void>
    /// Whether no connection comes any more, even one that was accepted before the listening sockets were closed.
    private var hasLastConnection = false
    /// The steps that connections take a little later because the server closes, unless they are closed before.
    private var leaveTimers: [Scheduled<Void>] = []
    @exclusivity(unchecked) private(set) var isClosing = false
    /// The time of the last sweep: precise enough for deadlines of seconds, and it costs no system call.
    @exclusivity(unchecked) private(set) var now: NIODeadline
    @exclusivity(unchecked) private var currentSettings: ServerSettings
    @exclusivity(unchecked) private var constants: HeadConstants?
    @exclusivity(unchecked) private var constantsSecond: Int64 = 0
    @exclusivity(unchecked) private var constantsVersion = 0

    init(core: ServerCore, eventLoop: any EventLoop, delivery: RequestDelivery) {
        self.core = core
        self.eventLoop = eventLoop
        self.clock = core.time.clock(of: eventLoop)
        self.now = core.time.now
        self.delivery = delivery
        self.shutdownContext = delivery.shutdownContext
        self.streamTasks = delivery.handlerOnLoop.map(HTTP2StreamTasks.init)
        self.executor = EventLoopExecutor(eventLoop: eventLoop)
        self.currentSettings = core.settings
        self.drained = eventLoop.makePromise()
    }

    // MARK: What connections look up

    /// The current settings.
    var settings: ServerSettings {
        if core.settingsVersion != currentSettings.version {
            currentSettings = core.settings
        }
        return currentSettings
    }

    /// The parts that the heads of this second have in common.
    var headConstants: HeadConstants {
        let settings = settings
        let second = core.time.unixSeconds
        if let constants, constantsSecond == second, constantsVersion == settings.version { return constants }
        let date = settings.configuration.sendsDate ? HTTPDate(secondsSince1970: second) : nil
        let constants = HeadConstants(settings, date: date)
        (self.constants, constantsSecond, constantsVersion) = (constants, second, settings.version)
        return constants
    }

    // MARK: Connections

    /// Accepts connections from a listening socket. May be called from anywhere.
    ///
    /// - Parameters:
    ///   - descriptor: The socket. It belongs to the loop from now on, also when this throws.
    ///   - backlog: How many connections may wait to be accepted.
    ///   - group: The group that serves the connections: this loop alone, or the group of `loops`, which take turns.
    ///   - loops: The loops of the group.
    func listen(
        on descriptor: CInt,
        backlog: CInt,
        distributingOver group: any EventLoopGroup,
        _ loops: [ServerLoop]
    ) async throws {
        let acceptance = Acceptance(
            room: { self.core.room },
            began: { self.core.connectionBegan() },
            ended: { self.core.connectionEnded() },
            failed: { self.core.reportAcceptFailure($0) },
            initialize: { channel in
                try (loops.first { $0.eventLoop === channel.eventLoop } ?? self).initialize(channel)
            }
        )
        let listener = try await EventLoops.listen(
            on: descriptor,
            backlog: backlog,
            eventLoop,
            distributingOver: group,
            acceptance
        )
        let isLate = try await eventLoop.run {
            self.listeners.append(listener)
            return self.isClosing
        }
        if isLate { await listener.close(.atOnce) }
    }

    /// Adds the handlers of a connection to its channel.
    func initialize(_ channel: any Channel) throws {
        let balancer = try balancer(of: channel)
        if balancer == nil { try core.admit(channel) }
        try core.security?.secure(channel)
        if let makeObserver = core.wireObserver {
            try channel.pipeline.syncOperations.addHandler(WireTap(makeObserver()))
        }
        let connection = HTTP1ServerConnection(loop: self)
        try channel.pipeline.syncOperations.addHandler(connection)
        if let balancer {
            connection.channel.takesPipeline()
            try channel.pipeline.syncOperations.addHandler(ProxyHeaderHandler(core, from: balancer), position: .first)
        }
    }

    /// The peer of a connection that has to begin with a header of the PROXY protocol; nil if it has not.
    private func balancer(of channel: any Channel) throws -> InternetAddress? {
        guard let proxyProtocol = core.proxyProtocol else { return nil }
        // A peer that is gone already has no address, by which it could be trusted or not.
        guard let peer = InternetAddress(channel.remoteAddress) else { throw UnwantedConnection() }
        return proxyProtocol.isExpected(from: peer) ? peer : nil
    }

    func add(_ connection: any ServerConnection) {
        connections[ObjectIdentifier(connection)] = connection
        if sweeping == nil { startSweeping() }
        if isClosing { connection.serverCloses(force: false) }
    }

    func remove(_ connection: any ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        if let streamTasks { executor.turn { streamTasks.release() } }
        sweeping?.cancel()
        sweeping = nil
        if hasLastConnection { lastConnectionClosed() }
    }

    private func lastConnectionClosed() {
        drained.succeed()
        for timer in leaveTimers { timer.cancel() }
        leaveTimers = []
    }

    var hasConnections: Bool { !connections.isEmpty }

    // MARK: Closing

    /// Stops accepting; closes the idle connections, and with `force` all of them. Returns when no socket is listening
    /// any more. May be called from anywhere.
    ///
    /// - Parameters:
    ///   - end: What becomes of the connections that wait to be accepted.
    ///   - spread: The time over which WebSockets are closed.
    func close(force: Bool, _ end: ListenerEnd, spread: TimeAmount) async {
        let listeners = try? await eventLoop.run {
            let listeners = self.listeners
            self.listeners = []
            let isFirst = !self.isClosing
            self.isClosing = true
            let connections = Array(self.connections.values)
            for connection in connections { connection.serverCloses(force: force) }
            if isFirst, !force { self.tellReceivers(of: connections.filter(\.hasReceivers), within: spread) }
            return listeners
        }
        for listener in listeners ?? [] {
            await listener.close(end)
        }
    }

    /// All listening sockets of the server are closed. Called from anywhere, after ``close(force:_:spread:)`` of all loops.
    func endAccepting() async {
        try? await eventLoop.run {
            guard !self.hasLastConnection else { return }
            self.hasLastConnection = true
            if self.connections.isEmpty { self.lastConnectionClosed() }
        }
    }

    /// Calls `work` after a time, if the server, which closes, still has connections then.
    func scheduleLeaving(in delay: TimeAmount, _ work: @escaping @Sendable () -> Void) {
        leaveTimers.append(clock.schedule(in: delay, work))
    }

    /// Tells WebSockets and the like that the server closes: one after the other, since their clients come back at once.
    private func tellReceivers(of connections: [any ServerConnection], within spread: TimeAmount) {
        guard !connections.isEmpty else { return }
        let pause = min(.nanoseconds(spread.nanoseconds / Int64(connections.count)), Self.longestPause)
        for (index, connection) in connections.enumerated() {
            let delay = pause * index
            if delay > .zero {
                scheduleLeaving(in: delay) { [weak connection] in connection?.tellReceivers() }
            } else {
                connection.tellReceivers()
            }
        }
    }

    /// The longest time between two WebSockets that are closed: a few of them need not be spread further.
    private static let longestPause = TimeAmount.milliseconds(10)

    /// Returns when the last connection has closed after ``endAccepting()``. May be called from anywhere.
    func drain() async {
        try? await drained.futureResult.get()
    }

    // MARK: Deadlines

    /// Checks all connections periodically, instead of keeping a timer for each.
    private func startSweeping() {
        now = clock.now
        let interval = TimeAmount.sweepInterval(for: settings.configuration.deadlines)
        sweeping = clock.repeat(every: interval) { self.sweep() }
    }

    private func sweep() {
        now = clock.now
        executor.turn {
            for connection in Array(connections.values) {
                connection.checkDeadlines(now: now)
            }
        }
    }
}

extension HTTPServer.Configuration {
    /// The time limits that connections enforce.
    fileprivate var deadlines: [Duration?] {
        [idleTimeout, headTimeout, writeTimeout, handlerTimeout, bodyRateGracePeriod, halfCloseGracePeriod]
    }
}
