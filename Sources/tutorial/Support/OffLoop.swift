/// Does work that waits for a disk, or computes for a long time, on Swift's own threads.
///
/// A handler runs on the event loop of its connection, which serves other connections too and must not wait.
func offLoop<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try work() }
}
