import HTTPTypes
import NIOCore
import Synchronization

/// Content on its way from the task that writes it to the connection that sends it.
///
/// The writer appends, and waits while too much is queued; the connection takes what there is when its socket has room.
final class OutgoingBody: Sendable {
    /// How many bytes may be queued before the writer has to wait.
    static let highWaterMark = 65_536

    /// The share that the connection takes in one go.
    struct Batch {
        var contents: CircularBuffer<OutgoingContent>
        /// The trailers, once the content is complete.
        var end: HTTPFields?
    }

    private struct State: WaitedFor {
        var contents = CircularBuffer<OutgoingContent>()
        var byteCount = 0
        var end: HTTPFields?
        var isStopped = false
        var failure: (any Error)?
        var total = 0
        var wasTaken = false
        var onContent: (@Sendable () -> Void)?
        /// Those who write faster than the connection sends.
        var waiters = Waiters<Void>()
    }

    private let state = Mutex(State())

    // MARK: The writer's side

    /// Adds to the content. Returns when enough of it has been sent.
    ///
    /// Once the server has answered without waiting for the content, what is written is dropped.
    func write(_ content: OutgoingContent) async throws {
        let (notify, mustWait) = try append(content)
        notify?()
        if mustWait { try await waitForRoom() }
    }

    /// Ends the content.
    func finish(trailers: HTTPFields = [:]) {
        let notify = state.withLock { state -> (@Sendable () -> Void)? in
            if state.end == nil { state.end = trailers }
            return state.onContent
        }
        notify?()
    }

    /// Whether what is written from now on would not be sent.
    var isStopped: Bool { state.withLock { $0.isStopped || $0.failure != nil } }

    /// How many bytes have been written.
    var total: Int { state.withLock { $0.total } }

    private func append(_ content: OutgoingContent) throws -> ((@Sendable () -> Void)?, Bool) {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard state.end == nil else { throw HTTPClientError.requestEnded }
            guard !state.isStopped else { return (nil, false) }
            let count = content.byteCount
            guard count > 0 else { return (nil, false) }
            state.contents.append(content)
            state.byteCount += count
            state.total += count
            return (state.onContent, state.byteCount >= Self.highWaterMark)
        }
    }

    private func waitForRoom() async throws {
        try await state.wait { state in
            if let failure = state.failure { return .failure(failure) }
            return state.byteCount < Self.highWaterMark || state.isStopped ? .success(()) : nil
        }
    }

    // MARK: The connection's side

    /// Sets the function to call when there is something to take, and calls it at once if there is.
    func connect(_ onContent: @escaping @Sendable () -> Void) {
        let hasContent = state.withLock { state in
            state.onContent = onContent
            return !state.contents.isEmpty || state.end != nil
        }
        if hasContent { onContent() }
    }

    /// Takes what there is, and resumes the writer.
    func take() -> Batch {
        let (batch, waiters) = state.withLock { state in
            let batch = Batch(contents: state.contents, end: state.end)
            state.contents = CircularBuffer()
            state.byteCount = 0
            state.wasTaken = state.wasTaken || !batch.contents.isEmpty
            return (batch, state.waiters.removeAll())
        }
        waiters.resume(with: .success(()))
        return batch
    }

    /// Whether none of the content has been taken, so that it can be sent on another connection.
    var isUntouched: Bool { state.withLock { !$0.wasTaken } }

    /// Drops the content from now on, since the server does not want the rest.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            state.contents.removeAll()
            state.byteCount = 0
            state.onContent = nil
            return state.waiters.removeAll()
        }
        waiters.resume(with: .success(()))
    }

    /// Makes every further write throw `error`.
    func fail(_ error: any Error) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            state.contents.removeAll()
            state.byteCount = 0
            state.onContent = nil
            return state.waiters.removeAll()
        }
        waiters.resume(with: .failure(error))
    }
}

extension OutgoingBody {
    /// The rest of the content is not wanted.
    struct Stopped: Error {}

    /// Adds to the content, on behalf of the function that makes it.
    ///
    /// - Throws: ``Stopped`` when writing makes no sense any more.
    func send(_ content: OutgoingContent) async throws {
        if isStopped { throw Stopped() }
        try await write(content)
    }
}

extension OutgoingBody {
    /// The whole content, for an override that takes the connection's place.
    func collect() async throws -> ByteBuffer {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        connect { continuation.yield() }
        var whole = ByteBuffer()
        for await _ in signal {
            let batch = take()
            for content in batch.contents { content.append(to: &whole) }
            if batch.end != nil { break }
        }
        return whole
    }
}
