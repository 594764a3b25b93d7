import Synchronization

/// Notifies handlers when their server begins to close.
final class ShutdownSignal: Sendable {
    private struct State {
        var isRaised = false
        var handlers: [Int: @Sendable () -> Void] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Calls `handler` when the signal is raised, at once if it has been.
    ///
    /// - Returns: The number for ``remove(_:)``; nil when the handler has been called.
    func add(_ handler: @escaping @Sendable () -> Void) -> Int? {
        let number = state.withLock { state -> Int? in
            guard !state.isRaised else { return nil }
            state.lastNumber += 1
            state.handlers[state.lastNumber] = handler
            return state.lastNumber
        }
        if number == nil { handler() }
        return number
    }

    func remove(_ number: Int?) {
        guard let number else { return }
        _ = state.withLock { $0.handlers.removeValue(forKey: number) }
    }

    /// Calls the handlers, since the server closes. Does nothing the second time.
    func raise() {
        let handlers = state.withLock { state in
            state.isRaised = true
            defer { state.handlers = [:] }
            return state.handlers
        }
        for handler in handlers.values { handler() }
    }
}
