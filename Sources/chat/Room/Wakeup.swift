/// Wakes one task, which then does all pending work.
struct Wakeup: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There is something to do.
    func signal() {
        continuation.yield()
    }

    /// There will be nothing more to do.
    func finish() {
        continuation.finish()
    }

    /// Waits until there is something to do; returns false if there will be nothing more, or if the task is cancelled.
    /// For one task.
    func next() async -> Bool {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next() != nil
    }
}
