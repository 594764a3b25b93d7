import NIOCore
import Synchronization

/// The requests that wait for an iteration over the server.
///
/// A connection delivers one request at a time, so there are never more of them than connections.
final class RequestQueue: Sendable {
    private struct State: WaitedFor {
        var requests = CircularBuffer<HTTPServerRequest>()
        var waiters = Waiters<HTTPServerRequest?>()
        var isFinished = false
    }

    private let state = Mutex(State())

    func push(_ request: HTTPServerRequest) {
        let waiter = state.withLock { state -> Waiters<HTTPServerRequest?>.Continuation? in
            guard !state.isFinished else { return nil }
            if let waiter = state.waiters.popFirst() { return waiter }
            state.requests.append(request)
            return nil
        }
        waiter?.resume(returning: request)
    }

    /// The next request; nil when the server has been closed or the task is cancelled.
    func next() async -> HTTPServerRequest? {
        try? await state.wait { state in
            if let request = state.requests.popFirst() { return .success(request) }
            return state.isFinished ? .success(nil) : nil
        }
    }

    /// Ends the sequence. Requests still in the queue are dropped, which answers them 503.
    func finish() {
        let (waiters, _) = state.withLock { state in
            defer {
                state.requests.removeAll()
                state.isFinished = true
            }
            return (state.waiters.removeAll(), state.requests)
        }
        waiters.resume(with: .success(nil))
    }
}
