/// The tasks on one event loop that answer the requests of streams, each one request after the other: a task for each
/// request would cost more than a small request itself. A plain value: it starts no task and resumes none, but says what
/// is to be done.
///
/// A task that is cancelled must not come back for another request, since it would stay cancelled.
///
/// - Parameters:
///   - Request: What a task is given: an exchange.
///   - Waiter: What wakes a task while it waits for a request: a continuation.
struct HandlerPool<Request, Waiter> {
    /// How a request gets to a task.
    enum Delivery {
        /// By a task that is to be started with it.
        case start
        /// By waking a task that waits.
        case resume(Waiter)
        /// The task that looks for a request takes it.
        case keep
    }

    /// How many tasks may wait.
    private let limit: Int
    /// The tasks that wait for requests, the last one to come back at the end: its memory is most likely in the caches.
    private var waiters: [Waiter] = []
    /// Whether a task, having answered its request, looks for another one in what has arrived.
    private var isSearching = false
    /// The request that it has found.
    private var found: Request?

    init(limit: Int) {
        self.limit = limit
    }

    /// A request is to be answered.
    mutating func deliver(_ request: Request) -> Delivery {
        if isSearching, found == nil {
            found = request
            return .keep
        }
        guard let waiter = waiters.popLast() else { return .start }
        return .resume(waiter)
    }

    /// A task looks for a request, until it calls ``endSearch()``: it takes what is delivered meanwhile.
    mutating func beginSearch() {
        isSearching = true
    }

    /// Whether the task has found a request.
    @inline(__always)
    var hasFound: Bool { found != nil }

    /// The request that the task has found.
    mutating func endSearch() -> Request? {
        isSearching = false
        return found.take()
    }

    /// A task has nothing to do. False when it is to end instead of waiting, as when enough others wait.
    ///
    /// - Parameter mayWait: Whether further requests can come.
    mutating func wait(_ waiter: Waiter, mayWait: Bool) -> Bool {
        guard mayWait, waiters.count < limit else { return false }
        waiters.append(waiter)
        return true
    }

    /// The tasks to wake with no request, which ends them.
    mutating func release() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }
}

extension HandlerPool.Delivery: Equatable where Waiter: Equatable {}
