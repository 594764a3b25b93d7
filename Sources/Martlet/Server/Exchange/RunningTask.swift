/// A task as it sees itself, while it runs. The holder lets go of it before the task ends.
///
/// An object, since a copy of what Swift gives to a task costs as much as ten of a reference.
final class RunningTask: @unchecked Sendable {
    // Sendable because the task is compared and cancelled only, which may be done from anywhere.

    private let task: UnsafeCurrentTask

    init(_ task: UnsafeCurrentTask) {
        self.task = task
    }

    /// Whether the caller is in the task, and not in another one that it has started.
    var isCurrent: Bool { withUnsafeCurrentTask { $0 == task } }

    var isCancelled: Bool { task.isCancelled }

    func cancel() {
        task.cancel()
    }
}
