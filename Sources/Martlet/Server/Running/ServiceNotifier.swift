import CLibrary
import Logging
import NIOCore
import Synchronization

/// Tells systemd how a service is (sd_notify(3)): that it is ready, that it stops, and that its event loops run.
///
/// ```swift
/// configuration.serviceNotifier = ServiceNotifier()
/// ```
///
/// A unit with `Type=notify` counts as started when the server accepts connections (`READY=1`), and systemd knows when it
/// is about to end (`STOPPING=1`). With `WatchdogSec=` a sign of life is sent twice in that time (`WATCHDOG=1`), after each
/// event loop has run a task: a service one of whose loops hangs sends none, and systemd starts it anew.
///
/// Where no notices are expected, because systemd has not started the program or the unit does not ask for them, nothing is
/// sent. A notice that can't be sent is an error neither of the service nor of its requests.
public final class ServiceNotifier: Sendable {
    private struct State {
        /// How many servers have not begun yet.
        var awaitedServers: Int
        var hasStopped = false
        /// The loops of all servers; one that two of them share is there twice.
        var loops: [LoopClock] = []
        var round = WatchdogRound()
        var watchdog: RepeatedTimer?
    }

    private let settings: ServiceManagerSettings
    private let state: Mutex<State>

    /// A notifier that goes by the environment variables `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///
    /// - Parameter servers: How many servers of the process have this notifier in their configurations. The service is
    ///   ready when all of them accept connections, and stops with the first that does. 1 by default.
    public convenience init(servers: Int = 1) {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let settings = ServiceManagerSettings(
            socket: variable("NOTIFY_SOCKET"),
            watchdogMicroseconds: variable("WATCHDOG_USEC"),
            watchdogProcess: variable("WATCHDOG_PID"),
            of: getpid()
        )
        self.init(settings, servers: servers)
    }

    init(_ settings: ServiceManagerSettings, servers: Int = 1) {
        self.settings = settings
        self.state = Mutex(State(awaitedServers: max(servers, 1)))
    }

    deinit {
        state.withLock { $0.watchdog.take() }?.cancel()
    }

    // MARK: From the program

    /// Shows a line about the service in `systemctl status`.
    ///
    /// - Parameter text: The line; control characters become spaces.
    public func status(_ text: String) {
        let line = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined()
        send("STATUS=\(line)")
    }

    /// Tells that the service reads its configuration again while `body` runs, as units with `Type=notify-reload` do when
    /// they get SIGHUP.
    public func reloading<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        // That of the system's monotonic clock, as systemd wants it.
        send("RELOADING=1\nMONOTONIC_USEC=\(NIODeadline.now().uptimeNanoseconds / 1_000)")
        defer { if !state.withLock({ $0.hasStopped }) { send("READY=1") } }
        return try await body()
    }

    // MARK: From servers

    /// A server accepts connections on these loops from now on.
    func serverBegan(_ loops: [LoopClock]) {
        let isReady = state.withLock { state in
            state.awaitedServers -= 1
            state.loops += loops
            return state.awaitedServers == 0 && !state.hasStopped
        }
        guard isReady else { return }
        send("READY=1")
        watch()
    }

    /// A server has been asked to close.
    func serverStops() {
        let isFirst = state.withLock { state in
            defer { state.hasStopped = true }
            return !state.hasStopped
        }
        // Signs of life go on: the last requests may take a while.
        if isFirst { send("STOPPING=1") }
    }

    /// A server has closed its last connection, and its loops may end.
    func serverEnded(_ loops: [LoopClock]) {
        let timer = state.withLock { state in
            for loop in loops {
                guard let index = state.loops.firstIndex(where: { $0.eventLoop === loop.eventLoop }) else { continue }
                state.loops.remove(at: index)
            }
            state.round.abandon()
            return state.watchdog.take()
        }
        guard let timer else { return }
        timer.cancel()
        // The timer was perhaps that of a loop that ends.
        watch()
    }

    // MARK: The watchdog

    private func watch() {
        guard let interval = settings.watchdogInterval, let first = state.withLock({ $0.loops.first }) else { return }
        let timer = first.repeat(every: TimeAmount(interval)) { [weak self] in self?.askLoops() }
        state.withLock { $0.watchdog = timer }
    }

    private func askLoops() {
        let loops = state.withLock { state in
            state.round.begin(asking: state.loops.count) ? state.loops : []
        }
        for loop in loops {
            loop.eventLoop.execute { [weak self] in self?.loopAnswered() }
        }
    }

    private func loopAnswered() {
        if state.withLock({ $0.round.answered() }) { send("WATCHDOG=1") }
    }

    private func send(_ notice: String) {
        guard let socket = settings.socket else { return }
        _ = ServiceManagerSocket.send(notice, to: socket)
    }
}
