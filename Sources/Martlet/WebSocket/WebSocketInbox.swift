import HTTPWire
import NIOCore
import Synchronization

/// The messages that have arrived on a WebSocket and wait for their reader, piece by piece.
///
/// The connection adds; the reader takes; ``isFull`` tells the connection when to stop. The two meet under a lock, so
/// that a reader on another thread takes what is there without asking the connection's loop.
final class WebSocketInbox: Sendable {
    /// How much waits for the reader before the connection stops reading.
    private static let capacity = 65_536
    /// What a part weighs besides its bytes, so that many small messages fill the inbox too: about what it takes up.
    fileprivate static let partWeight = 256
    /// Parts of a message of fewer bytes are put together while they wait.
    fileprivate static let mergedBelow = 1_024
    /// How many bytes are put together at most.
    fileprivate static let mergedBytes = 16_384

    /// What a reader finds.
    enum Found<Value> {
        case value(Value)
        case nothing
        case end
    }

    fileprivate struct State {
        var parts = CircularBuffer<WebSocketMessagePart>()
        var weight = 0
        var isFull = false
        var isEnded = false
        var isBeingRead = false
        /// The reader, while it waits.
        var waiter: UnsafeContinuation<Void, Never>?
        /// What has been taken of a message whose end has not come. Here, so that a reader who is cancelled loses nothing.
        var assembled = ByteBuffer()
        /// The number of the message that is being streamed, and whether its last part has been taken.
        var streamed = 0
        var isStreamEnded = true
    }

    private let state = Mutex(State())

    // MARK: The connection's side

    /// Whether the connection should stop adding.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// How much memory the waiting parts hold on to, in bytes.
    var capacity: Int {
        state.withLock { state in
            state.parts.reduce(state.assembled.storageCapacity) { $0 + $1.bytes.storageCapacity + Self.partWeight }
        }
    }

    /// Adds a part. The reader gets to know of it with the next ``wake()``.
    func add(_ part: WebSocketMessagePart) {
        state.withLock { state in
            guard !state.isEnded else { return }
            state.add(part)
            state.isFull = state.weight >= Self.capacity
        }
    }

    /// Lets a waiting reader know.
    func wake() {
        state.withLock { $0.hasNothingYet ? nil : $0.waiter.take() }?.resume()
    }

    /// Nothing more will be added.
    func end() {
        state.withLock { $0.isEnded = true }
        wake()
    }

    // MARK: The reader's side

    // Each function lets `connection` know when there is room again.

    /// The next whole message; nil at the end.
    func next(for connection: WebSocketConnection) async throws -> (kind: WebSocketMessageKind, bytes: ByteBuffer)? {
        try await read(for: connection) { $0.takeMessage() }
    }

    /// The kind and the number of the next message, whose parts are taken with ``nextPart(of:)``; nil at the end. What is
    /// left of the message before is dropped.
    func nextStream(for connection: WebSocketConnection) async throws -> (kind: WebSocketMessageKind, number: Int)? {
        try await read(for: connection) { $0.beginStream() }
    }

    /// The next bytes of a message; nil at its end, or when another has been begun.
    ///
    /// - Throws: ``WebSocketError/closed(_:)`` when the connection ends inside the message.
    func nextPart(of number: Int, for connection: WebSocketConnection) async throws -> ByteBuffer? {
        let found = try await read(for: connection) { $0.takePart(of: number) }
        guard let found else { throw WebSocketError.closed(nil) }
        return found
    }

    private func read<Value>(
        for connection: WebSocketConnection,
        _ take: (inout State) -> Found<Value>
    ) async throws -> Value? {
        var hasWaited = false
        while true {
            let (found, makesRoom) = try state.withLock { state in
                guard hasWaited || !state.isBeingRead else { throw WebSocketError.alreadyReading }
                let found = take(&state)
                state.isBeingRead = if case .nothing = found { true } else { false }
                let makesRoom = state.isFull && state.weight <= Self.capacity / 2
                if makesRoom { state.isFull = false }
                return (found, makesRoom)
            }
            if makesRoom { connection.inboxHasRoom() }
            switch found {
            case .value(let value): return value
            case .end: return nil
            case .nothing: break
            }
            if Task.isCancelled {
                state.withLock { $0.isBeingRead = false }
                throw CancellationError()
            }
            hasWaited = true
            await waitForMore()
        }
    }

    /// Returns when there is more to take, or nothing more will come, or the task is cancelled.
    private func waitForMore() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let waits = state.withLock { state in
                    // Cancelled before this, the task has passed the handler below already.
                    guard state.hasNothingYet, !Task.isCancelled else { return false }
                    state.waiter = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}

extension WebSocketInbox.State {
    fileprivate var hasNothingYet: Bool { parts.isEmpty && !isEnded }

    mutating func add(_ part: WebSocketMessagePart) {
        weight += part.bytes.readableBytes
        guard !parts.isEmpty, part.bytes.readableBytes < WebSocketInbox.mergedBelow else { return append(part) }
        let isMerged = parts.modify(parts.index(before: parts.endIndex)) { last in
            guard !last.isLast, last.bytes.readableBytes + part.bytes.readableBytes <= WebSocketInbox.mergedBytes else {
                return false
            }
            last.bytes.writeImmutableBuffer(part.bytes)
            last.isLast = part.isLast
            return true
        }
        if !isMerged { append(part) }
    }

    private mutating func append(_ part: WebSocketMessagePart) {
        weight += WebSocketInbox.partWeight
        parts.append(part)
    }

    private mutating func pop() -> WebSocketMessagePart? {
        guard let part = parts.popFirst() else { return nil }
        weight -= part.bytes.readableBytes + WebSocketInbox.partWeight
        return part
    }

    /// Puts the next message together as far as it has come.
    mutating func takeMessage() -> WebSocketInbox.Found<(kind: WebSocketMessageKind, bytes: ByteBuffer)> {
        while let part = pop() {
            // What is left of a message that somebody has begun to stream.
            if !isStreamEnded {
                isStreamEnded = part.isLast
                continue
            }
            if assembled.readableBytes == 0 {
                assembled = part.bytes
            } else {
                assembled.writeImmutableBuffer(part.bytes)
            }
            guard part.isLast else { continue }
            defer { assembled = ByteBuffer() }
            return .value((part.kind, assembled))
        }
        return isEnded ? .end : .nothing
    }

    mutating func takePart(of number: Int) -> WebSocketInbox.Found<ByteBuffer?> {
        guard streamed == number, !isStreamEnded else { return .value(nil) }
        guard let part = pop() else { return isEnded ? .end : .nothing }
        isStreamEnded = part.isLast
        return .value(part.bytes.readableBytes == 0 ? nil : part.bytes)
    }

    mutating func beginStream() -> WebSocketInbox.Found<(kind: WebSocketMessageKind, number: Int)> {
        assembled = ByteBuffer()
        while let part = parts.first {
            // What is left of a message that was begun, by whatever way of reading.
            guard isStreamEnded, part.isFirst else {
                _ = pop()
                isStreamEnded = isStreamEnded || part.isLast
                continue
            }
            streamed += 1
            isStreamEnded = false
            return .value((part.kind, streamed))
        }
        return isEnded ? .end : .nothing
    }
}
