import Synchronization
import Testing

/// Things that happen in a handler, for the test to wait for; or the other way around.
final class Events<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
        var waiting: [(id: Int, continuation: CheckedContinuation<Value, any Error>)] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    func add(_ value: Value) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.values.append(value)
            return nil
        }
        waiter?.resume(returning: value)
    }

    /// The next that has happened or happens.
    func next(within limit: Duration = RawClient.patience) async throws -> Value {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            waiter?.resume(throwing: NothingHappened())
        }
        defer { timer.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            let value = state.withLock { state -> Value? in
                if !state.values.isEmpty { return state.values.removeFirst() }
                state.waiting.append((id, continuation))
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// What has happened and was not taken.
    var all: [Value] { state.withLock { $0.values } }
}

extension Events<Void> {
    func add() { add(()) }
}

struct NothingHappened: Error {}

/// Something took too long.
struct TookTooLong: Error {}

/// Runs `body` and cancels it after a while, so that no test hangs.
func within<Result: Sendable>(
    _ limit: Duration = RawClient.patience,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TookTooLong()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TookTooLong() }
        return first
    }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value { mutex.withLock { $0 } }
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in
            var copy = value
            defer { value = copy }
            return body(&copy)
        }
    }
}

/// Waits for what is told by no event, such as a count of connections.
func eventually(
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let limit = clock.now + RawClient.patience
    while clock.now < limit {
        if try await condition() { return }
        try await clock.sleep(for: .milliseconds(2))
    }
    Issue.record(comment ?? "it has not come true", sourceLocation: sourceLocation)
}

/// Waits until the task is cancelled. Nothing that never happens is waited for longer than a test's patience.
func untilCancelled() async throws {
    try await Task.sleep(for: RawClient.patience)
    throw NothingHappened()
}

/// Lets some through at the same time: deadlines of milliseconds mean nothing when hundreds of tests run at once.
actor Turnstile {
    static let servers = Turnstile(permits: 6)

    private var permits: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(permits: Int) { self.permits = permits }

    nonisolated func pass(_ body: () async throws -> Void) async throws {
        await enter()
        do {
            try await body()
        } catch {
            await leave()
            throw error
        }
        await leave()
    }

    private func enter() async {
        if permits > 0 {
            permits -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty {
            permits += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
