import Martlet
import Synchronization

/// What waits to be sent to one client. It never grows beyond its limit: a client for whom more waits is told goodbye.
final class Outbox: Sendable {
    /// How much may wait.
    struct Limit: Sendable {
        var messages = 1_000
        var bytes = 1_048_576
    }

    fileprivate struct State {
        var texts: [String] = []
        var bytes = 0
        /// Why nothing more is sent; nil as long as that is not so.
        var end: WebSocketClose?
        var reader: CheckedContinuation<Void, Never>?
        var endWaiter: CheckedContinuation<Void, Never>?
    }

    /// Why a client was too slow, as it is told.
    static let tooSlow = WebSocketClose(.tryAgainLater, reason: "Too many messages wait for you. Come back for them.")

    private let limit: Limit
    private let state = Mutex(State())

    init(limit: Limit = Limit()) {
        self.limit = limit
    }

    /// Adds a text, or ends the outbox if that is one too many.
    func add(_ text: String) {
        wake { state in
            guard state.end == nil else { return }
            let bytes = state.bytes + text.utf8.count
            guard state.texts.count < limit.messages, bytes <= limit.bytes else { return state.finish(Self.tooSlow) }
            state.texts.append(text)
            state.bytes = bytes
        }
    }

    /// Nothing more is to be sent; what waits is dropped. The first reason counts.
    func end(_ reason: WebSocketClose) {
        wake { state in
            if state.end == nil { state.finish(reason) }
        }
    }

    /// All that waits, as soon as there is something; nil at the end. For one reader.
    func next() async -> [String]? {
        while true {
            let (texts, isEnded) = state.withLock { state in
                defer {
                    state.texts = []
                    state.bytes = 0
                }
                return (state.texts, state.end != nil)
            }
            if isEnded { return nil }
            if !texts.isEmpty { return texts }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.texts.isEmpty, state.end == nil else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Why it has ended, as soon as it has. For one caller.
    func ended() async -> WebSocketClose? {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                guard state.end == nil else { return true }
                state.endWaiter = continuation
                return false
            }
            if isEnded { continuation.resume() }
        }
        return state.withLock { $0.end }
    }

    /// How much waits.
    var waiting: (messages: Int, bytes: Int) { state.withLock { ($0.texts.count, $0.bytes) } }

    /// Changes the state, and wakes those whom it concerns.
    private func wake(_ change: (inout State) -> Void) {
        let (reader, endWaiter) = state.withLock { state in
            change(&state)
            var reader: CheckedContinuation<Void, Never>?
            if !state.texts.isEmpty || state.end != nil { swap(&reader, &state.reader) }
            var endWaiter: CheckedContinuation<Void, Never>?
            if state.end != nil { swap(&endWaiter, &state.endWaiter) }
            return (reader, endWaiter)
        }
        reader?.resume()
        endWaiter?.resume()
    }
}

extension Outbox.State {
    fileprivate mutating func finish(_ reason: WebSocketClose) {
        end = reason
        texts = []
        bytes = 0
    }
}
