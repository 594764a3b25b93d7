import Synchronization

/// Tasks that wait for something, each until it is resumed or cancelled, in the order in which they came.
///
/// A plain value. Its owner keeps it under a lock, together with what the tasks wait for, and lets them wait with
/// ``Mutex/wait(_:unless:)``. What is taken out of it is resumed once the lock is free.
struct Waiters<Answer: Sendable>: Sendable {
    /// The name of one wait.
    struct ID: Equatable, Sendable {
        fileprivate let number: UInt64
    }

    /// Not a checked one, which costs an allocation: each is kept once, and taken out once.
    typealias Continuation = UnsafeContinuation<Answer, any Error>

    private struct Wait: Sendable {
        let id: ID
        let continuation: Continuation
    }

    /// The task that has waited longest: most of the time the only one, which then costs no allocation.
    private var first: Wait?
    private var others: [Wait] = []
    private var lastNumber: UInt64 = 0

    /// Whether no task waits.
    var isEmpty: Bool { first == nil }

    /// The name of the next wait.
    mutating func makeID() -> ID {
        lastNumber += 1
        return ID(number: lastNumber)
    }

    /// A task waits from now on.
    mutating func append(_ id: ID, _ continuation: Continuation) {
        let wait = Wait(id: id, continuation: continuation)
        if first == nil { first = wait } else { others.append(wait) }
    }

    /// Takes one task; nil when it does not wait.
    mutating func remove(_ id: ID) -> Continuation? {
        if first?.id == id { return popFirst() }
        return others.firstIndex { $0.id == id }.map { others.remove(at: $0).continuation }
    }

    /// Takes the task that has waited longest.
    mutating func popFirst() -> Continuation? {
        defer { first = others.isEmpty ? nil : others.removeFirst() }
        return first?.continuation
    }

    /// Takes all tasks, which are to be resumed with ``resume(with:)``.
    mutating func removeAll() -> Waiters {
        defer {
            first = nil
            others = []
        }
        return self
    }

    /// Resumes all tasks, in order.
    consuming func resume(with result: Result<Answer, any Error>) {
        first?.continuation.resume(with: result)
        for wait in others { wait.continuation.resume(with: result) }
    }
}

/// Conditions, and the tasks that wait for them.
protocol WaitedFor: Sendable {
    associatedtype Answer: Sendable

    var waiters: Waiters<Answer> { get set }
}

extension Mutex where Value: WaitedFor {
    /// Waits until a continuation of `waiters` is resumed.
    ///
    /// - Parameters:
    ///   - id: The name of the wait, where one was made before.
    ///   - answer: Asked once, under the lock, whether there is nothing to wait for.
    /// - Throws: `CancellationError` when the task is cancelled first.
    borrowing func wait(
        _ id: Waiters<Value.Answer>.ID? = nil,
        unless answer: (inout Value) -> Result<Value.Answer, any Error>?
    ) async throws -> Value.Answer {
        let id = id ?? withLock { $0.waiters.makeID() }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let result = withLock { state -> Result<Value.Answer, any Error>? in
                    if let result = answer(&state) { return result }
                    // Cancelled before this, the task has passed the handler below already: its wait would stay.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters.append(id, continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            withLock { $0.waiters.remove(id) }?.resume(throwing: CancellationError())
        }
    }
}
