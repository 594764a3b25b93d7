import NIOCore
import Synchronization

/// How long a function of the configuration, such as `authenticate`, may take, and the error when it takes longer.
struct TimeLimit: Sendable {
    let deadline: NIODeadline
    let error: HTTPClientError
    /// The clock of the event loop that the timer runs on.
    let clock: LoopClock

    /// Runs `body`, and waits for it no longer than `limit` and the caller's task allow. It is then cancelled; what it
    /// returns nevertheless goes to `discard`.
    static func run<Value: Sendable>(
        within limit: TimeLimit?,
        discard: @escaping @Sendable (Value) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await body() }
        let race = Race<Value>()
        let task = Task {
            do {
                let value = try await body()
                if !race.finish(.success(value)) { discard(value) }
            } catch {
                race.finish(.failure(error))
            }
        }
        let timer = limit.clock.schedule(at: limit.deadline) {
            race.finish(.failure(limit.error))
            task.cancel()
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await race.value
        } onCancel: {
            race.finish(.failure(CancellationError()))
            task.cancel()
        }
    }
}

/// Keeps the first of several results.
private final class Race<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var continuation: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    /// The result. It can be awaited only once.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.continuation = continuation }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    /// Sets the result; false when there was one before.
    @discardableResult
    func finish(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, continuation) = state.withLock { state in
            guard state.result == nil else { return (false, CheckedContinuation<Value, any Error>?.none) }
            state.result = result
            defer { state.continuation = nil }
            return (true, state.continuation)
        }
        continuation?.resume(with: result)
        return isFirst
    }
}
