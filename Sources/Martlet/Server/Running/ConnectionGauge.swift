import Synchronization

/// Counts the connections of one event loop. Changed only on that loop, read from anywhere.
final class ConnectionGauge: Sendable {
    /// The states in which connections are counted.
    enum State {
        case idle
        case active
        case closing
    }

    private let idle = Atomic(0)
    private let active = Atomic(0)
    private let closing = Atomic(0)

    func move(from old: State?, to new: State?) {
        add(-1, to: old)
        add(1, to: new)
    }

    /// Adds what this loop has to `info`.
    func add(to info: inout ConnectionCounts) {
        let idle = idle.load(ordering: .relaxed)
        let active = active.load(ordering: .relaxed)
        let closing = closing.load(ordering: .relaxed)
        info.idle += idle
        info.active += active
        info.closing += closing
        info.total += idle + active + closing
    }

    private func add(_ change: Int, to state: State?) {
        // Only one thread writes, so a load and a store suffice, and cost less than an atomic addition.
        switch state {
        case .idle: idle.store(idle.load(ordering: .relaxed) + change, ordering: .relaxed)
        case .active: active.store(active.load(ordering: .relaxed) + change, ordering: .relaxed)
        case .closing: closing.store(closing.load(ordering: .relaxed) + change, ordering: .relaxed)
        case nil: break
        }
    }
}
