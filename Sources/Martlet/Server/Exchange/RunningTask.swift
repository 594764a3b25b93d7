/// A task as it sees itself, while it runs. The holder lets go of it before the task ends.
///
/// An object, since a copy of what Swift gives to a task costs as much as ten of a reference.
final class RunningTask: @unchecked Sendable {
    // Sendable because the task is compared and cancelled only, which may be done from anywhere.

    private let task: UnsafeCurrentTask
    private let identity: UInt

    init(_ task: UnsafeCurrentTask) {
        self.task = task
        self.identity = task.identity
    }

    /// Whether the caller is in the task, and not in another one that it has started.
    var isCurrent: Bool { withUnsafeCurrentTask { $0?.identity } == identity }

    var isCancelled: Bool { task.isCancelled }

    func cancel() {
        task.cancel()
    }
}

extension UnsafeCurrentTask {
    /// The task's reference, which tells it from all others as long as it runs. Comparing two values of this type does the
    /// same ten times as slowly, since their layout is known only when the program runs.
    fileprivate var identity: UInt {
        withUnsafeBytes(of: self) { $0.loadUnaligned(as: UInt.self) }
    }
}
