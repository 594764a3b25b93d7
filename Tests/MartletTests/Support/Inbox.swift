import NIOCore
import Synchronization

/// What a raw connection has received and nobody has taken yet.
final class Inbox: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// Says how many of the bytes to take; nil to wait for more.
    typealias Choice = @Sendable (_ bytes: [UInt8], _ isEnded: Bool) -> Int?

    private struct Waiter {
        let id: Int
        let choice: Choice
        let continuation: CheckedContinuation<[UInt8], any Error>
    }

    private struct State {
        var bytes: [UInt8] = []
        var isEnded = false
        var total = 0
        var waiter: Waiter?
        var nextID = 0

        /// Fulfils the waiter if its time has come.
        mutating func settle() -> (() -> Void)? {
            guard let waiter else { return nil }
            if let count = waiter.choice(bytes, isEnded) {
                let taken = Array(bytes.prefix(count))
                bytes.removeFirst(taken.count)
                self.waiter = nil
                return { waiter.continuation.resume(returning: taken) }
            }
            guard isEnded else { return nil }
            self.waiter = nil
            let failure = RawClientError.ended(after: String(decoding: bytes.suffix(400), as: UTF8.self))
            return { waiter.continuation.resume(throwing: failure) }
        }
    }

    private let state = Mutex(State())

    /// How many bytes have arrived in all.
    var total: Int { state.withLock { $0.total } }

    /// How many of them nobody has taken yet.
    var count: Int { state.withLock { $0.bytes.count } }

    /// Waits until `choice` says how much to take.
    func take(within limit: Duration, on loop: any EventLoop, _ choice: @escaping Choice) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            let (id, settled) = state.withLock { state -> (Int, (() -> Void)?) in
                precondition(state.waiter == nil, "one reader at a time")
                state.nextID += 1
                state.waiter = Waiter(id: state.nextID, choice: choice, continuation: continuation)
                return (state.nextID, state.settle())
            }
            settled?()
            if settled == nil {
                loop.scheduleTask(in: TimeAmount(limit)) { self.timeOut(id) }
            }
        }
    }

    private func timeOut(_ id: Int) {
        let late = state.withLock { state -> (() -> Void)? in
            guard let waiter = state.waiter, waiter.id == id else { return nil }
            state.waiter = nil
            let failure = RawClientError.timedOut(after: String(decoding: state.bytes.suffix(400), as: UTF8.self))
            return { waiter.continuation.resume(throwing: failure) }
        }
        late?()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        let settled = state.withLock { state in
            state.bytes.append(contentsOf: buffer.readableBytesView)
            state.total += buffer.readableBytes
            return state.settle()
        }
        settled?()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { end() }
    }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func end() {
        let settled = state.withLock { state in
            state.isEnded = true
            return state.settle()
        }
        settled?()
    }
}

/// Why a raw connection did not bring what the test waits for.
enum RawClientError: Error, CustomStringConvertible {
    /// The connection ended first; the text is what was left of what it brought.
    case ended(after: String)
    /// The deadline passed first.
    case timedOut(after: String)

    var description: String {
        switch self {
        case .ended(let text): "the connection ended after \(String(reflecting: text))"
        case .timedOut(let text): "nothing more came after \(String(reflecting: text))"
        }
    }
}
