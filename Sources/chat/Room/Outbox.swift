import Martlet
import Synchronization

/// The queue of texts to be sent to one client. It never exceeds its limit: if it would, the client is disconnected.
final class Outbox: Sendable {
    /// The limits of the queue.
    struct Limit: Sendable {
        var messages = 1_000
        var bytes = 1_048_576
    }

    /// Texts for one client, or for several that share them.
    struct Item: Sendable {
        private enum Content: Sendable {
            case texts([String])
            case history(EncodedHistory)
        }

        private let content: Content
        /// The number of messages.
        let count: Int
        /// The maximum size in bytes.
        let bytes: Int

        init(_ texts: [String]) {
            content = .texts(texts)
            count = texts.count
            bytes = texts.reduce(0) { $0 + $1.utf8.count }
        }

        init(_ history: EncodedHistory) {
            content = .history(history)
            count = 1
            bytes = history.bytes
        }

        fileprivate var texts: [String] {
            switch content {
            case .texts(let texts): texts
            case .history(let history): [history.json]
            }
        }
    }

    /// Tasks to resume.
    struct Waiters: Sendable {
        fileprivate var reader: CheckedContinuation<Void, Never>?
        fileprivate var endWaiter: CheckedContinuation<Void, Never>?

        /// Resumes them. Call this once, and not under a lock.
        func resume() {
            reader?.resume()
            endWaiter?.resume()
        }
    }

    fileprivate struct State {
        var items: [Item] = []
        var messages = 0
        var bytes = 0
        /// Why nothing more is sent; nil while the outbox is open.
        var end: WebSocketClose?
        var reader: CheckedContinuation<Void, Never>?
        var endWaiter: CheckedContinuation<Void, Never>?
    }

    /// The close frame for a client that is too slow.
    static let tooSlow = WebSocketClose(
        .tryAgainLater,
        reason: "Too many messages wait for you. Reconnect to get them."
    )

    private let limit: Limit
    private let state = Mutex(State())

    init(limit: Limit = Limit()) {
        self.limit = limit
    }

    /// Adds a text, or ends the outbox if it exceeds the limit.
    func add(_ text: String) {
        put(Item([text]))?.resume()
    }

    /// Ends the outbox and drops its texts. The first reason counts.
    func end(_ reason: WebSocketClose) {
        finish(reason)?.resume()
    }

    /// Adds texts, or ends the outbox if they exceed the limit.
    ///
    /// - Returns: The tasks to resume.
    func put(_ item: Item) -> Waiters? {
        change { state in
            guard state.end == nil else { return }
            let messages = state.messages + item.count
            let bytes = state.bytes + item.bytes
            guard messages <= limit.messages, bytes <= limit.bytes else { return state.finish(Self.tooSlow) }
            state.items.append(item)
            state.messages = messages
            state.bytes = bytes
        }
    }

    /// Ends the outbox and drops its texts. The first reason counts.
    ///
    /// - Returns: The tasks to resume.
    func finish(_ reason: WebSocketClose) -> Waiters? {
        change { state in
            if state.end == nil { state.finish(reason) }
        }
    }

    /// All queued texts, as soon as there are some; nil at the end. For one reader.
    func next() async -> [String]? {
        while true {
            let (items, isEnded) = state.withLock { state in
                defer { state.clear() }
                return (state.items, state.end != nil)
            }
            if isEnded { return nil }
            if !items.isEmpty { return items.flatMap(\.texts) }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.items.isEmpty, state.end == nil else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Waits for the end, and returns its reason. For one caller.
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

    /// The size of the queue.
    var waiting: (messages: Int, bytes: Int) { state.withLock { ($0.messages, $0.bytes) } }

    /// Changes the state, and returns the tasks to resume.
    private func change(_ change: (inout State) -> Void) -> Waiters? {
        state.withLock { state in
            change(&state)
            var waiters = Waiters()
            if !state.items.isEmpty || state.end != nil { swap(&waiters.reader, &state.reader) }
            if state.end != nil { swap(&waiters.endWaiter, &state.endWaiter) }
            return waiters.reader == nil && waiters.endWaiter == nil ? nil : waiters
        }
    }
}

extension Outbox.State {
    fileprivate mutating func finish(_ reason: WebSocketClose) {
        end = reason
        clear()
    }

    fileprivate mutating func clear() {
        items = []
        messages = 0
        bytes = 0
    }
}
