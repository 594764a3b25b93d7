// swift-service-lifecycle's own test kit is built on this, and it is the only way for tasks that are not children of
// the service's task to take part in the graceful shutdown of a `ServiceGroup`.
@_spi(TestKit) import ServiceLifecycle

/// The graceful shutdown of the `ServiceGroup` that a server is served in, for the tasks of its handlers.
struct ShutdownContext: Sendable {
    /// Outside any group.
    static let none = ShutdownContext(manager: nil)
    /// The context of the calling task, if it is in a group.
    static var current: ShutdownContext { ShutdownContext(manager: TaskLocals.gracefulShutdownManager) }

    private let manager: GracefulShutdownManager?

    /// Whether the group has begun to shut down. Its services are notified one after the other, the server perhaps
    /// last.
    var isShuttingDown: Bool { manager != nil && run { Task.isShuttingDownGracefully } }

    /// Runs `body`; in the tasks that it makes, `cancelWhenGracefulShutdown` and its relatives work.
    func run<Result>(_ body: () -> Result) -> Result {
        guard let manager else { return body() }
        return TaskLocals.$gracefulShutdownManager.withValue(manager, operation: body)
    }
}
