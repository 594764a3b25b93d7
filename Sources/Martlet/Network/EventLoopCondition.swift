import NIOCore
import Synchronization

/// Lets tasks wait for a condition that changes on an event loop.
final class EventLoopCondition: Sendable {
    private typealias ID = Waiters<Void>.ID

    private struct State: WaitedFor {
        var waiters = Waiters<Void>()
        /// The conditions that are not met yet.
        var conditions: [(id: ID, isMet: @Sendable () -> Bool)] = []

        mutating func add(_ isMet: @escaping @Sendable () -> Bool) -> ID {
            let id = waiters.makeID()
            conditions.append((id, isMet))
            return id
        }

        mutating func remove(_ id: ID) -> Waiters<Void>.Continuation? {
            conditions.removeAll { $0.id == id }
            return waiters.remove(id)
        }
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Returns once `isMet` is true. It is evaluated on the loop: immediately, and at every ``signal()``.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(until isMet: @escaping @Sendable () -> Bool) async throws {
        let isOnLoop = eventLoop.inEventLoop
        if isOnLoop, isMet() { return }
        let id = state.withLock { $0.add(isMet) }
        defer { _ = state.withLock { $0.remove(id) } }
        if !isOnLoop { eventLoop.execute { self.signal() } }
        try await state.wait(id) { state in
            // The loop may have found it met before this.
            state.conditions.contains { $0.id == id } ? nil : .success(())
        }
    }

    /// Resumes the tasks whose conditions are met. Call this on the loop only.
    func signal() {
        for condition in state.withLock({ $0.conditions }) where condition.isMet() {
            state.withLock { $0.remove(condition.id) }?.resume()
        }
    }
}
