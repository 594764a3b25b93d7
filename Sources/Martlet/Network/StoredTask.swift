/// A task that may have to be cancelled before it is stored: one that runs at once does so before the call that makes it
/// returns, and what it does can end the connection that it works for.
struct StoredTask {
    private var task: Task<Void, Never>?
    private var isCancelled = false

    /// Takes a task over that was made, and cancels it if that was asked for meanwhile.
    mutating func store(_ task: Task<Void, Never>) {
        self.task = task
        if isCancelled { task.cancel() }
    }

    /// Cancels the task: now, or once it is there.
    mutating func cancel() {
        isCancelled = true
        task?.cancel()
    }

    /// The task has ended, or no longer works for its owner. Another one can follow.
    mutating func release() {
        self = StoredTask()
    }
}
