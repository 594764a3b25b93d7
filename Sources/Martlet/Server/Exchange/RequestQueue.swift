import NIOCore
import Synchronization

/// The requests that wait for an iteration over the server.
///
/// A connection delivers one request at a time, so there are never more of them than connections.
final class RequestQueue: Sendable {
    private struct State {
        var requests = CircularBuffer<HTTPServerRequest>()
        var waiting: [(id: Int, continuation: CheckedContinuation<HTTPServerRequest?, Never>)] = []
        var nextID = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    func push(_ request: HTTPServerRequest) {
        let waiting = state.withLock { state -> CheckedContinuation<HTTPServerRequest?, Never>? in
            guard !state.isFinished else { return nil }
            if !state.waiting.isEmpty {
                return state.waiting.removeFirst().continuation
            }
            state.requests.append(request)
            return nil
        }
        waiting?.resume(returning: request)
    }

    /// The next request; nil when the server has been closed or the task is cancelled.
    func next() async -> HTTPServerRequest? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> HTTPServerRequest?? in
                    if let request = state.requests.popFirst() { return .some(request) }
                    if state.isFinished || Task.isCancelled { return .some(nil) }
                    state.waiting.append((id, continuation))
                    return .none
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<HTTPServerRequest?, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume(returning: nil)
        }
    }

    /// Ends the sequence. Requests still in the queue are dropped, which answers them 503.
    func finish() {
        let (waiting, _) = state.withLock { state in
            defer {
                state.waiting = []
                state.requests.removeAll()
                state.isFinished = true
            }
            return (state.waiting, state.requests)
        }
        for wait in waiting {
            wait.continuation.resume(returning: nil)
        }
    }
}
