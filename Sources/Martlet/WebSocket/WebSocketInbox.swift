import HTTPWire
import NIOCore
import Synchronization

/// Buffers the messages that a WebSocket has received, in parts, until they are read.
///
/// The connection adds, the reader takes, and ``isFull`` tells the connection when to stop. A lock protects the state,
/// so that a reader on another thread gets buffered messages without a hop to the connection's loop.
final class WebSocketInbox: Sendable {
    /// How much is buffered before the connection stops reading.
    private static let capacity = 65_536
    /// The weight of a part besides its bytes, so that many small messages fill the inbox too: about the memory of its
    /// bookkeeping.
    fileprivate static let partWeight = 256
    /// Parts with fewer bytes are merged while they are buffered.
    fileprivate static let mergedBelow = 1_024
    /// The maximum size of a merged part in bytes.
    fileprivate static let mergedBytes = 16_384

    /// The result of trying to read.
    enum Found<Value> {
        case value(Value)
        case nothing
        case end
    }

    fileprivate struct State: WaitedFor {
        var parts = CircularBuffer<WebSocketMessagePart>()
        var weight = 0
        var isFull = false
        var isEnded = false
        var isBeingRead = false
        /// The reader, while it waits.
        var waiters = Waiters<Void>()
        /// The parts of a message whose end has not arrived. They are kept here so that a cancelled reader loses
        /// nothing.
        var assembled = ByteBuffer()
        /// The number of the message that is being streamed.
        var streamed = 0
        var isStreamEnded = true
    }

    private let state = Mutex(State())

    // MARK: The connection's side

    /// Whether the connection should stop adding.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Whether no part is buffered.
    var isEmpty: Bool { state.withLock { $0.parts.isEmpty } }

    /// The memory that the buffered parts occupy.
    var capacity: Int {
        state.withLock { state in
            state.parts.reduce(state.assembled.storageCapacity) { $0 + $1.bytes.storageCapacity + Self.partWeight }
        }
    }

    /// Adds a part. A waiting reader is resumed by the next ``wake()``.
    func add(_ part: WebSocketMessagePart) {
        state.withLock { state in
            guard !state.isEnded else { return }
            state.add(part)
            state.isFull = state.weight >= Self.capacity
        }
    }

    /// Resumes a waiting reader if there is something to read.
    func wake() {
        state.withLock { $0.hasNothingYet ? nil : $0.waiters.popFirst() }?.resume()
    }

    /// Nothing more will be added.
    func end() {
        state.withLock { $0.isEnded = true }
        wake()
    }

    // MARK: The reader's side

    // Each function notifies `connection` when there is room again.

    /// The next whole message; nil at the end.
    func next(for connection: WebSocketConnection) async throws -> (kind: WebSocketMessageKind, bytes: ByteBuffer)? {
        try await read(for: connection) { $0.takeMessage() }
    }

    /// The kind and the number of the next message, whose parts are read with ``nextPart(of:for:)``; nil at the end.
    /// The rest of the previous message is dropped.
    func nextStream(for connection: WebSocketConnection) async throws -> (kind: WebSocketMessageKind, number: Int)? {
        try await read(for: connection) { $0.beginStream() }
    }

    /// The next bytes of a message; nil at its end, or if another one has been begun.
    ///
    /// - Throws: ``WebSocketError/closed(_:)`` if the connection ends inside the message.
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
            let (found, makesRoom, id) = try state.withLock { state in
                guard hasWaited || !state.isBeingRead else { throw WebSocketError.alreadyReading }
                let found = take(&state)
                state.isBeingRead = if case .nothing = found { true } else { false }
                let makesRoom = state.isFull && state.weight <= Self.capacity / 2
                if makesRoom { state.isFull = false }
                return (found, makesRoom, state.waiters.makeID())
            }
            if makesRoom { connection.inboxHasRoom() }
            switch found {
            case .value(let value): return value
            case .end: return nil
            case .nothing: break
            }
            hasWaited = true
            do {
                if connection.connection.isHandlerTask {
                    // When that task is cancelled the inbox has ended, so there is no need to watch for it, which would
                    // cost as much as a small message itself.
                    try await withUnsafeThrowingContinuation { continuation in
                        let result = state.withLock { $0.beginWait(id, continuation) }
                        if let result { continuation.resume(with: result) }
                    }
                } else {
                    try await state.wait(id) { $0.hasNothingYet ? nil : .success(()) }
                }
            } catch {
                state.withLock { $0.isBeingRead = false }
                throw error
            }
        }
    }
}

extension WebSocketInbox.State {
    fileprivate var hasNothingYet: Bool { parts.isEmpty && !isEnded }

    /// Lets a task wait that no other can cancel; the result if there is nothing to wait for.
    mutating func beginWait(
        _ id: Waiters<Void>.ID,
        _ continuation: Waiters<Void>.Continuation
    ) -> Result<Void, any Error>? {
        guard hasNothingYet else { return .success(()) }
        if Task.isCancelled { return .failure(CancellationError()) }
        waiters.append(id, continuation)
        return nil
    }

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

    /// Assembles the next message as far as it has arrived.
    mutating func takeMessage() -> WebSocketInbox.Found<(kind: WebSocketMessageKind, bytes: ByteBuffer)> {
        while let part = pop() {
            // The rest of a message of which a part was streamed.
            if !isStreamEnded {
                isStreamEnded = part.isLast
                continue
            }
            if assembled.readableBytes == 0 {
                if part.isLast { return .value((part.kind, part.bytes)) }
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
            // The rest of a message that was begun, whether streamed or not.
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
