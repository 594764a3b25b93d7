import NIOCore
import Synchronization

/// Does something on an event loop again and again.
package final class RepeatedTimer: Sendable {
    private struct State {
        var next: Scheduled<Void>?
        var isCancelled = false
    }

    private let clock: LoopClock
    private let interval: TimeAmount
    private let work: @Sendable () -> Void
    private let state = Mutex(State())

    init(_ clock: LoopClock, every interval: TimeAmount, _ work: @escaping @Sendable () -> Void) {
        self.clock = clock
        self.interval = interval
        self.work = work
        scheduleNext()
    }

    /// Does nothing more.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            return state.next.take()
        }?.cancel()
    }

    private func scheduleNext() {
        let next = clock.schedule(in: interval) {
            self.work()
            self.scheduleNext()
        }
        let isLate = state.withLock { state in
            if !state.isCancelled { state.next = next }
            return state.isCancelled
        }
        if isLate { next.cancel() }
    }
}
