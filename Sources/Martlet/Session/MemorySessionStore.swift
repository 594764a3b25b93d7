import Synchronization

/// Keeps sessions in the memory of this process. They are gone when it ends.
public final class MemorySessionStore: SessionStore {
    private struct Entry {
        var values: [String: String]
        var expiry: ContinuousClock.Instant
        var onTimeout: (@Sendable () -> Void)?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var isSweeping = false
    }

    private let maximumCount: Int
    private let state = Mutex(State())

    /// An empty store.
    ///
    /// - Parameter maximumCount: How many sessions are kept; the one that would end first makes room for a new one.
    ///   100,000 by default.
    public init(maximumCount: Int = 100_000) {
        self.maximumCount = max(1, maximumCount)
    }

    /// How many sessions there are.
    public var count: Int { state.withLock { $0.entries.count } }

    /// The values of a session; nil when there is none, or its time is over. Throws nothing.
    public func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let entry = state.entries[id], entry.expiry > now else { return nil }
            state.entries[id]?.expiry = now + timeToLive
            return entry.values
        }
    }

    /// Begins a session; the one that would end first makes room when there are too many. Throws nothing.
    public func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
        let expiry = ContinuousClock.now + timeToLive
        let (evicted, mustSweep) = state.withLock { state -> (Entry?, Bool) in
            let evicted = makeRoom(in: &state)
            state.entries[id] = Entry(values: values, expiry: expiry)
            defer { state.isSweeping = true }
            return (evicted, !state.isSweeping)
        }
        evicted?.onTimeout?()
        if mustSweep { startSweeping() }
    }

    /// Changes the values of a session that there is, all at once. Throws nothing.
    public func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws {
        let expiry = ContinuousClock.now + timeToLive
        state.withLock { state in
            guard state.entries[id] != nil else { return }
            for (key, value) in changes {
                state.entries[id]?.values[key] = value
            }
            state.entries[id]?.expiry = expiry
        }
    }

    /// Ends a session, without calling what was set to be done at its timeout. Throws nothing.
    public func remove(_ id: String) async throws {
        _ = state.withLock { $0.entries.removeValue(forKey: id) }
    }

    /// Sets what is done, on a thread of no particular kind, when the session's time is over or it made room.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {
        state.withLock { $0.entries[id]?.onTimeout = action }
    }

    private func makeRoom(in state: inout State) -> Entry? {
        guard state.entries.count >= maximumCount else { return nil }
        guard let first = state.entries.min(by: { $0.value.expiry < $1.value.expiry }) else { return nil }
        return state.entries.removeValue(forKey: first.key)
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

    /// Removes the sessions whose time is over. Returns how long to wait for the next; nil when none is left.
    private func sweep() -> Duration? {
        let now = ContinuousClock.now
        let (expired, pause) = state.withLock { state -> ([Entry], Duration?) in
            let expired = state.entries.filter { $0.value.expiry <= now }
            for id in expired.keys { state.entries[id] = nil }
            guard let next = state.entries.values.map(\.expiry).min() else {
                state.isSweeping = false
                return (Array(expired.values), nil)
            }
            // A session that is used meanwhile only makes this wake too early; a shorter-lived one that is added
            // must not wait for a long-lived one, hence the upper bound.
            return (Array(expired.values), min(max(now.duration(to: next), .milliseconds(10)), .seconds(1)))
        }
        for entry in expired { entry.onTimeout?() }
        return pause
    }
}
