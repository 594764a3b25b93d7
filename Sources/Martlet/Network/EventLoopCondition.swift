import NIOCore

/// Lets tasks wait for a condition that changes on an event loop.
final class EventLoopCondition: @unchecked Sendable {
    // Sendable because `waits` is touched only on the thread of `eventLoop`.

    private let eventLoop: any EventLoop
    private var waits: [Wait] = []

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Whether a task is waiting. Call this on the loop only.
    var hasWaits: Bool { !waits.isEmpty }

    /// Returns once `isMet` is true. It is evaluated on the loop: immediately, and at every ``signal()``.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(until isMet: @escaping @Sendable () -> Bool) async throws {
        if eventLoop.inEventLoop, isMet() { return }
        let wait = Wait(isMet: isMet)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if eventLoop.inEventLoop {
                    begin(wait, continuation)
                } else {
                    eventLoop.execute { self.begin(wait, continuation) }
                }
            }
        } onCancel: {
            eventLoop.execute { self.cancel(wait) }
        }
    }

    /// Resumes the tasks whose conditions are met. Call this on the loop only.
    func signal() {
        guard !waits.isEmpty else { return }
        let asked = waits
        waits = []
        for wait in asked {
            if wait.isMet() {
                wait.resume(with: .success(()))
            } else {
                waits.append(wait)
            }
        }
    }

    private func begin(_ wait: Wait, _ continuation: CheckedContinuation<Void, any Error>) {
        if wait.isMet() {
            continuation.resume()
        } else if wait.isCancelled {
            continuation.resume(throwing: CancellationError())
        } else {
            wait.continuation = continuation
            waits.append(wait)
        }
    }

    private func cancel(_ wait: Wait) {
        wait.isCancelled = true
        waits.removeAll { $0 === wait }
        wait.resume(with: .failure(CancellationError()))
    }

    /// One waiting task. It may be cancelled before its wait begins, so both are recorded in this object.
    private final class Wait: @unchecked Sendable {
        // Sendable because its variables are touched only on the thread of the condition's loop.
        let isMet: @Sendable () -> Bool
        var continuation: CheckedContinuation<Void, any Error>?
        var isCancelled = false

        init(isMet: @escaping @Sendable () -> Bool) {
            self.isMet = isMet
        }

        func resume(with result: Result<Void, any Error>) {
            continuation?.resume(with: result)
            continuation = nil
        }
    }
}
