/// A task that may have to be cancelled before it is stored: an immediate task runs before the call that creates it
/// returns, and can end the connection that it serves.
struct StoredTask {
    private var task: Task<Void, Never>?
    /// Whether the task has been cancelled, or will be.
    private(set) var isCancelled = false

    /// Stores a task, and cancels it if that was requested meanwhile.
    mutating func store(_ task: Task<Void, Never>) {
        self.task = task
        if isCancelled { task.cancel() }
    }

    /// Cancels the task: now, or once it is stored.
    mutating func cancel() {
        isCancelled = true
        task?.cancel()
    }

    /// Call this when the task has ended or no longer serves its owner. Another one can follow.
    mutating func release() {
        self = StoredTask()
    }
}
