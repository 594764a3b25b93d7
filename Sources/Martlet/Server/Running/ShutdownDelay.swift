import Synchronization

/// The time in which a server that is asked to shut down goes on, so that those that send requests can notice.
final class ShutdownDelay: Sendable {
    private enum State {
        case ahead
        case running(Task<Void, Never>)
        case over
    }

    private let state = Mutex(State.ahead)

    /// Whether the server has been asked to shut down.
    var hasBegun: Bool { state.withLock { if case .ahead = $0 { false } else { true } } }

    /// Waits until the delay is over, which begins with the first call. Cancellation does not shorten it; ``end()`` does.
    func pass(_ duration: Duration, by time: TimeSource) async {
        let timer = state.withLock { state -> Task<Void, Never>? in
            switch state {
            case .over: return nil
            case .running(let timer): return timer
            case .ahead:
                guard duration > .zero else { return nil }
                let timer = Task.detached { _ = try? await time.sleep(for: duration) }
                state = .running(timer)
                return timer
            }
        }
        await timer?.value
    }

    /// Ends the delay.
    func end() {
        let timer = state.withLock { state -> Task<Void, Never>? in
            defer { state = .over }
            return if case .running(let timer) = state { timer } else { nil }
        }
        timer?.cancel()
    }
}
