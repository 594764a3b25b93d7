/// Where a connection keeps the task that answers its requests, and what the two have to do with each other. A plain
/// value: it starts no task and resumes none, but says what is to be done.
///
/// - Parameters:
///   - Request: What the task is given: an exchange.
///   - Waiter: What wakes the task while it waits for a request: a continuation.
struct HandlerSlot<Request, Waiter> {
    /// How a request gets to the task.
    enum Delivery {
        /// By a task that is to be started with it.
        case start
        /// By waking the task that waits.
        case resume(Waiter)
        /// The task takes it when it has done with the one before.
        case keep
    }

    /// The answer to a task that asks for its next request.
    enum NextRequest {
        /// It goes on with the request; without one it ends.
        case resume(Request?)
        case wait
    }

    private var task = StoredTask()
    private var hasTask = false
    /// The task as it sees itself, while it runs.
    private var running: RunningTask?
    /// The task, while it waits for a request.
    private var waiter: Waiter?
    /// A request that arrived before the task asked for it.
    private var next: Request?
    /// Whether a handler works on the present request.
    private(set) var isRunning = false
    /// Called with what became of the present response.
    private var completions: [@Sendable (HTTPResponseSummary) -> Void] = []

    /// Whether a request waits for the task.
    @inline(__always)
    var hasNext: Bool { next != nil }

    /// A request is to be answered.
    mutating func deliver(_ request: Request) -> Delivery {
        isRunning = true
        if let waiter = waiter.take() { return .resume(waiter) }
        guard hasTask else {
            hasTask = true
            return .start
        }
        next = request
        return .keep
    }

    /// The task has been started, and may have ended since.
    mutating func started(_ task: Task<Void, Never>) {
        if hasTask { self.task.store(task) }
    }

    /// The task runs, and calls itself so; or a task that serves others, too, will run the handler.
    mutating func runs(as task: RunningTask) {
        guard hasTask else { return }
        running = task
        if self.task.isCancelled { task.cancel() }
    }

    /// Whether the caller is in the task, and not in another one that it has started: nothing but ``cancel()`` cancels
    /// that.
    @inline(__always)
    var isCurrentTask: Bool { running?.isCurrent == true }

    /// Takes the request that waits for the task.
    mutating func takeNext() -> Request? {
        next.take()
    }

    /// The task has answered its request.
    ///
    /// - Parameter mayWait: Whether further requests can come.
    mutating func requestNext(_ waiter: Waiter, mayWait: Bool) -> NextRequest {
        if let request = next.take() { return .resume(request) }
        guard mayWait else {
            ended()
            return .resume(nil)
        }
        self.waiter = waiter
        return .wait
    }

    /// No further request can come. The task to wake with none, if it waits.
    mutating func release() -> Waiter? {
        guard let waiter = waiter.take() else { return nil }
        ended()
        return waiter
    }

    /// The task has ended, or is about to. Another one can follow.
    mutating func ended() {
        hasTask = false
        running = nil
        task.release()
    }

    /// Cancels the task.
    mutating func cancel() {
        task.cancel()
        running?.cancel()
    }

    /// The handler has returned, or no longer counts.
    mutating func returned() {
        isRunning = false
    }

    // MARK: Completions

    mutating func whenComplete(_ action: @escaping @Sendable (HTTPResponseSummary) -> Void) {
        completions.append(action)
    }

    /// Whether anything is to be called with what became of the response.
    @inline(__always)
    var hasCompletions: Bool { !completions.isEmpty }

    /// Takes what is to be called with what became of the response.
    mutating func takeCompletions() -> [@Sendable (HTTPResponseSummary) -> Void] {
        defer { completions = [] }
        return completions
    }
}

/// The one of a connection of a server.
typealias ExchangeSlot = HandlerSlot<ServerExchange, UnsafeContinuation<ServerExchange?, Never>>

extension HandlerSlot.Delivery: Equatable where Waiter: Equatable {}
extension HandlerSlot.NextRequest: Equatable where Request: Equatable {}
