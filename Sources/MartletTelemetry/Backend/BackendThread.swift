import NIOCore
import NIOPosix
import Synchronization

/// The thread on which a backend of metrics and traces is called, so that one that blocks delays no request.
///
/// Calls wait for each other in a queue, and are dropped while too many wait; ``droppedCalls`` counts them.
final class BackendThread: Sendable {
    private struct State: Sendable {
        var calls: [@Sendable () -> Void] = []
        /// Whether the thread is at work, or will soon be.
        var isAtWork = false
        var dropped = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWait = 0
    }

    /// How long the first call waits for others. Waking the thread for each would cost more than the call.
    private static let delay = TimeAmount.milliseconds(1)

    private let limit: Int
    private let state = Mutex(State())
    /// The thread, once there is something to call.
    private let thread = Mutex<NIOThreadPool?>(nil)

    /// - Parameter limit: How many calls may wait.
    init(limit: Int = 16_384) {
        self.limit = limit
    }

    deinit {
        thread.withLock { $0?.shutdownGracefully { _ in } }
    }

    /// How many calls were dropped so far, because too many waited.
    var droppedCalls: Int { state.withLock { $0.dropped } }

    /// Makes a call soon, on the thread. It never blocks.
    ///
    /// - Returns: Whether it will be made; false if too many wait.
    @discardableResult
    func call(_ body: @escaping @Sendable () -> Void) -> Bool {
        let (isKept, begins) = state.withLock { state in
            guard state.calls.count < limit else {
                state.dropped += 1
                return (false, false)
            }
            state.calls.append(body)
            defer { state.isAtWork = true }
            return (true, !state.isAtWork)
        }
        if begins { begin() }
        return isKept
    }

    private func begin() {
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.delay) {
            self.startedThread().submit { _ in self.work() }
        }
    }

    /// Returns when everything that was to be called before has been, or `limit` has passed.
    func flush(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            let wait = state.withLock { state -> Int? in
                guard state.isAtWork else { return nil }
                state.lastWait += 1
                state.waiting[state.lastWait] = continuation
                return state.lastWait
            }
            guard let wait else { return continuation.resume() }
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(limit)) {
                self.state.withLock { $0.waiting.removeValue(forKey: wait) }?.resume()
            }
        }
    }

    private func startedThread() -> NIOThreadPool {
        thread.withLock { thread in
            if let thread { return thread }
            let new = NIOThreadPool(numberOfThreads: 1)
            new.start()
            thread = new
            return new
        }
    }

    private func work() {
        while true {
            let (calls, waiting) = state.withLock { state in
                guard state.calls.isEmpty else {
                    defer { state.calls = [] }
                    return (state.calls, [Int: CheckedContinuation<Void, Never>]())
                }
                state.isAtWork = false
                defer { state.waiting = [:] }
                return ([], state.waiting)
            }
            for continuation in waiting.values { continuation.resume() }
            if calls.isEmpty { return }
            for call in calls { call() }
        }
    }
}
