import Synchronization

/// Keeps sessions in the memory of this process. They are gone when it ends.
///
/// Whatever it does takes a time that hardly grows with the number of sessions.
public final class MemorySessionStore: SessionStore {
    private struct State {
        var sessions: SessionTable<ContinuousClock.Instant>
        var isSweeping = false
    }

    /// How many sessions are removed at a time when theirs is over, so that requests wait for no more than that.
    private static let batch = 1_000

    private let state: Mutex<State>

    /// An empty store.
    ///
    /// - Parameter maximumCount: How many sessions are kept; the one that would end first makes room for a new one.
    ///   100,000 by default.
    public init(maximumCount: Int = 100_000) {
        state = Mutex(State(sessions: SessionTable(maximumCount: maximumCount)))
    }

    /// How many sessions there are.
    public var count: Int { state.withLock { $0.sessions.count } }

    /// The values of a session; nil when there is none, or its time is over. Throws nothing.
    public func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? {
        let now = ContinuousClock.now
        return state.withLock { $0.sessions.load(id, now: now, until: now + timeToLive) }
    }

    /// Begins a session; the one that would end first makes room when there are too many. Throws nothing.
    public func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
        let expiry = ContinuousClock.now + timeToLive
        let (action, mustSweep) = state.withLock { state in
            defer { state.isSweeping = true }
            return (state.sessions.create(id, values, until: expiry), !state.isSweeping)
        }
        action?()
        if mustSweep { startSweeping() }
    }

    /// Changes the values of a session that there is, all at once. Throws nothing.
    @discardableResult
    public func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.sessions.update(id, changes, now: now, until: now + timeToLive) }
    }

    /// Gives a session that there is another id, and changes its values. Throws nothing.
    @discardableResult
    public func rename(
        _ id: String,
        to newID: String,
        changes: [String: String?],
        timeToLive: Duration
    ) async throws -> Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.sessions.rename(id, to: newID, changes, now: now, until: now + timeToLive) }
    }

    /// Ends a session, without calling what was set to be done at its timeout. Throws nothing.
    public func remove(_ id: String) async throws {
        state.withLock { $0.sessions.remove(id) }
    }

    /// Sets what is done, on a thread of no particular kind, when the session's time is over or it made room.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {
        state.withLock { $0.sessions.setAction(id, action) }
    }

    // MARK: Timeouts

    /// Runs as long as there are sessions, and wakes when the next one may end.
    private func startSweeping() {
        Task.detached { [weak self] in
            while let pause = self?.sweep() {
                try? await Task.sleep(for: pause)
            }
        }
    }

    /// Removes sessions whose time is over. Returns how long to wait for the next; nil when none is left.
    private func sweep() -> Duration? {
        let now = ContinuousClock.now
        let (actions, pause) = state.withLock { state -> ([@Sendable () -> Void], Duration?) in
            let actions = state.sessions.removeExpired(now: now, limit: Self.batch)
            guard let next = state.sessions.nextExpiry else {
                state.isSweeping = false
                return (actions, nil)
            }
            guard next > now else { return (actions, .zero) }
            // A session that is used meanwhile only makes this wake too early; a shorter-lived one that is added
            // must not wait for a long-lived one, hence the upper bound.
            return (actions, min(max(now.duration(to: next), .milliseconds(10)), .seconds(1)))
        }
        for action in actions { action() }
        return pause
    }
}
