import NIOCore
import Synchronization

/// Keeps sessions in the memory of this process. They are gone when it ends.
///
/// Every operation takes time that is logarithmic in the number of sessions.
public final class MemorySessionStore: SessionStore {
    private struct State {
        var sessions: SessionTable<NIODeadline>
        var isSweeping = false
        var time = TimeSource.system

        func expiry(after timeToLive: Duration) -> NIODeadline { time.now + TimeAmount(timeToLive) }
    }

    /// How many expired sessions are removed at a time, which bounds how long requests wait for the lock.
    private static let batch = 1_000

    private let state: Mutex<State>

    /// Creates an empty store.
    ///
    /// - Parameter maximumCount: How many sessions are kept; the one that would expire first makes room for a new one.
    ///   100,000 by default.
    public init(maximumCount: Int = 100_000) {
        state = Mutex(State(sessions: SessionTable(maximumCount: maximumCount)))
    }

    /// Counts the time as `time` does from now on.
    func follow(_ time: TimeSource) {
        state.withLock { $0.time = time }
    }

    /// The number of sessions.
    public var count: Int { state.withLock { $0.sessions.count } }

    /// The values of a session; nil if it does not exist or has expired. Never throws.
    public func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? {
        state.withLock { $0.sessions.load(id, now: $0.time.now, until: $0.expiry(after: timeToLive)) }
    }

    /// Creates a session; if there are too many, the one that would expire first makes room. Never throws.
    public func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
        let (action, mustSweep) = state.withLock { state in
            defer { state.isSweeping = true }
            return (state.sessions.create(id, values, until: state.expiry(after: timeToLive)), !state.isSweeping)
        }
        action?()
        if mustSweep { startSweeping() }
    }

    /// Changes the values of an existing session, all at once. Never throws.
    @discardableResult
    public func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool {
        state.withLock { state in
            state.sessions.update(id, changes, now: state.time.now, until: state.expiry(after: timeToLive))
        }
    }

    /// Gives an existing session another id, and changes its values. Never throws.
    @discardableResult
    public func rename(
        _ id: String,
        to newID: String,
        changes: [String: String?],
        timeToLive: Duration
    ) async throws -> Bool {
        state.withLock { state in
            let expiry = state.expiry(after: timeToLive)
            return state.sessions.rename(id, to: newID, changes, now: state.time.now, until: expiry)
        }
    }

    /// Removes a session, without calling its timeout action. Never throws.
    public func remove(_ id: String) async throws {
        state.withLock { $0.sessions.remove(id) }
    }

    /// Sets an action that is called, on any thread, when the session expires or is evicted.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {
        state.withLock { $0.sessions.setAction(id, action) }
    }

    // MARK: Timeouts

    /// Runs as long as there are sessions, and wakes when the next one may expire.
    private func startSweeping() {
        Task.detached { [weak self] in
            while let (pause, time) = self?.sweep() {
                try? await time.sleep(for: pause)
            }
        }
    }

    /// Removes expired sessions. Returns how long to wait for the next one, and by which time; nil if none is left.
    private func sweep() -> (Duration, TimeSource)? {
        let (actions, pause) = state.withLock { state -> ([@Sendable () -> Void], (Duration, TimeSource)?) in
            let now = state.time.now
            let actions = state.sessions.removeExpired(now: now, limit: Self.batch)
            guard let next = state.sessions.nextExpiry else {
                state.isSweeping = false
                return (actions, nil)
            }
            guard next > now else { return (actions, (.zero, state.time)) }
            // A session that is used meanwhile only makes this wake too early; one that is added with a shorter life
            // must not wait for longer-lived ones, hence the upper bound.
            return (actions, (min(max(Duration(next - now), .milliseconds(10)), .seconds(1)), state.time))
        }
        for action in actions { action() }
        return pause
    }
}
