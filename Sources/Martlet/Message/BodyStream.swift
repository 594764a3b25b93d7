import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// Buffers one message's content between the connection that receives it and the task that reads it.
///
/// The connection pushes, the reader pulls, and ``wantsBytes`` tells the connection when to stop reading its socket. A
/// lock protects the state, so that a reader on another thread gets buffered bytes without a hop to the connection's
/// loop.
final class BodyStream: Sendable {
    /// How many bytes are buffered for a server's handler before the socket is no longer read.
    static let highWaterMark = 65_536

    private enum End {
        case complete(HTTPFields)
        case failed(any Error)
    }

    private struct State: WaitedFor {
        var chunks = PieceQueue()
        var end: End?
        /// Whether the buffer is full; it counts as full until the reader has read half of it.
        var isFull = false
        /// Whether reading the content has begun.
        var isBeingRead = false
        var waiters = Waiters<Void>()

        /// Whether there is nothing to take yet.
        var hasNothing: Bool { chunks.isEmpty && end == nil }
    }

    /// The result of trying to read.
    private enum Found {
        case bytes(ByteBuffer, makesRoom: Bool)
        case end
        /// Nothing yet; the first read has to notify the connection. `id` is for the wait that follows.
        case nothing(isFirst: Bool, id: Waiters<Void>.ID)
    }

    /// The length that the head of the message announces; nil if it does not.
    let announcedLength: Int?
    private let eventLoop: any EventLoop
    private let capacity: Int
    /// Called on the loop when a reader first waits for content, and when there is room for more.
    private let onDemand: @Sendable () -> Void
    private let state = Mutex(State())

    init(
        eventLoop: any EventLoop,
        announcedLength: Int?,
        capacity: Int = BodyStream.highWaterMark,
        onDemand: @escaping @Sendable () -> Void
    ) {
        self.eventLoop = eventLoop
        self.announcedLength = announcedLength
        self.capacity = capacity
        self.onDemand = onDemand
    }

    // MARK: The connection's side

    /// Whether the connection should continue reading.
    var wantsBytes: Bool { state.withLock { $0.end == nil && !$0.isFull } }

    /// Whether a reader is waiting for bytes that the peer has not sent.
    var isStarving: Bool { state.withLock { !$0.waiters.isEmpty } }

    /// Whether reading the content has begun.
    var isBeingRead: Bool { state.withLock { $0.isBeingRead } }

    /// How many bytes are buffered. If there are any, the reader notifies the connection when it next takes some.
    func unreadBytes() -> Int {
        state.withLock { state in
            if !state.chunks.isEmpty { state.isFull = true }
            return state.chunks.byteCount
        }
    }

    /// How many bytes are buffered.
    var bufferedBytes: Int { state.withLock { $0.chunks.byteCount } }

    /// The memory that the buffered bytes occupy.
    var bufferedCapacity: Int { state.withLock { $0.chunks.capacity } }

    /// Adds received bytes. A waiting reader is resumed by the next ``wake()``, so that one read of the socket resumes
    /// it once.
    func push(_ bytes: ByteBuffer) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.chunks.append(bytes)
            state.isFull = state.chunks.byteCount >= capacity
        }
    }

    /// Resumes a waiting reader if bytes were pushed.
    func wake() {
        wake { _ in }
    }

    func finish(trailers: HTTPFields) {
        wake { $0.end = $0.end ?? .complete(trailers) }
    }

    /// Ends the stream with an error, which the reader gets after the bytes that have arrived.
    func fail(_ error: any Error) {
        wake { $0.end = $0.end ?? .failed(error) }
    }

    /// Drops the unread bytes, and makes every further read fail.
    func discard() {
        wake { state in
            // Complete content fails too, unless all of it was read: the rest must not pass for the whole.
            if state.end == nil || !state.chunks.isEmpty {
                state.end = .failed(HTTPBodyError.discarded)
            }
            state.chunks.removeAll()
            state.isFull = false
        }
    }

    /// Delivers everything to `receiver`, as if it had received it from the beginning.
    func move(to receiver: any DetachedReceiver) {
        var (chunks, end) = state.withLock { state in
            defer {
                state.chunks.removeAll()
                state.isFull = false
                state.isBeingRead = true
                state.end = state.end ?? .failed(HTTPBodyError.alreadyRead)
            }
            return (state.chunks, state.end)
        }
        while let chunk = chunks.popFirst() { receiver.push(chunk) }
        receiver.wake()
        switch end {
        case .complete: receiver.finish()
        case .failed(let error): receiver.fail(error)
        case nil: break
        }
    }

    /// Changes the state and resumes the waiting readers.
    private func wake(after change: (inout State) -> Void) {
        let waiters = state.withLock { state -> Waiters<Void>? in
            change(&state)
            if state.waiters.isEmpty || state.hasNothing { return nil }
            return state.waiters.removeAll()
        }
        waiters?.resume(with: .success(()))
    }

    // MARK: The reader's side

    func next(isFirst: Bool) async throws -> ByteBuffer? {
        var isFirst = isFirst
        while true {
            switch try take(isFirst: isFirst) {
            case .bytes(let bytes, let makesRoom):
                if makesRoom { demand() }
                return bytes
            case .end:
                return nil
            case .nothing(let isFirst, let id):
                if isFirst { demand() }
                try await state.wait(id) { $0.hasNothing ? nil : .success(()) }
            }
            isFirst = false
        }
    }

    func trailers() async throws -> HTTPFields {
        state.withLock { state in
            if case .complete(let trailers) = state.end, state.chunks.isEmpty { trailers } else { [:] }
        }
    }

    private func take(isFirst: Bool) throws -> Found {
        try state.withLock { state in
            if isFirst {
                guard !state.isBeingRead else { throw HTTPBodyError.alreadyRead }
                state.isBeingRead = true
            }
            if let chunk = state.chunks.popFirst() {
                let makesRoom = state.isFull && state.chunks.byteCount <= capacity / 2
                if makesRoom { state.isFull = false }
                return .bytes(chunk, makesRoom: makesRoom)
            }
            switch state.end {
            case .complete: return .end
            case .failed(let error): throw error
            case nil: return .nothing(isFirst: isFirst, id: state.waiters.makeID())
            }
        }
    }

    private func demand() {
        if eventLoop.inEventLoop {
            onDemand()
        } else {
            eventLoop.execute(onDemand)
        }
    }
}
