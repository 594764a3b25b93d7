import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// One request and its response, on one connection.
final class ClientExchange: Sendable {
    enum Content: Sendable {
        case none
        case whole(OutgoingContent)
        case stream(OutgoingBody)
    }

    /// How far an exchange has come, which decides whether it is retried.
    struct Progress: Sendable {
        /// Whether the connection had carried a request before.
        var isConnectionReused = false
        /// Whether a byte of the request may have reached the server.
        var hasBegun = false
        /// Whether a byte of a response has arrived.
        var hasAnswer = false
        /// How often a server has refused the request unprocessed, after which it was sent again.
        var refusals = Refusals()
        /// Whether the exchange ended with such a refusal while the server was processing others.
        var wasRefusedAmidProgress = false
    }

    private enum Place {
        case nowhere
        case waiting(ConnectionPool)
        case on(any ClientConnection)
        case over
    }

    private enum Outcome {
        case open
        /// The response arrived before the requester asked for it.
        case arrived(IncomingResponse)
        /// The requester has the response. Dropping it notifies the connection.
        case taken
        case failed(any Error)
    }

    private struct State {
        var place = Place.nowhere
        var outcome = Outcome.open
        var continuation: CheckedContinuation<IncomingResponse, any Error>?
        var progress = Progress()
        var timer: Scheduled<Void>?
        /// Limits how long the exchange waits for a connection.
        var waitTimer: Scheduled<Void>?
        var sender: Task<Void, Never>?

        mutating func end() {
            place = .over
            timer?.cancel()
            timer = nil
            endWait()
            sender?.cancel()
            sender = nil
        }

        mutating func endWait() {
            waitTimer?.cancel()
            waitTimer = nil
        }
    }

    let key: PoolKey
    let request: OutgoingRequest
    let content: Content
    /// Whether the exchange turns the connection into a tunnel, which the connector then keeps.
    let opensTunnel: Bool
    /// Whether an idle connection is likely to be stale, since another one was.
    let avoidsIdle: Bool
    /// When the exchange has to be over; nil for never.
    let deadline: NIODeadline?
    let onInformational: (@Sendable (HTTPResponse.Status, HTTPFields) -> Void)?
    let recorder: MetricsRecorder?
    /// The number of the exchange's stream, with HTTP/2.
    let streamNumber = Atomic(0)
    private let state = Mutex(State())

    init(
        key: PoolKey,
        request: OutgoingRequest,
        content: Content = .none,
        opensTunnel: Bool = false,
        avoidsIdle: Bool = false,
        deadline: NIODeadline? = nil,
        onInformational: (@Sendable (HTTPResponse.Status, HTTPFields) -> Void)? = nil,
        recorder: MetricsRecorder? = nil
    ) {
        self.key = key
        self.request = request
        self.content = content
        self.opensTunnel = opensTunnel
        self.avoidsIdle = avoidsIdle
        self.deadline = deadline
        self.onInformational = onInformational
        self.recorder = recorder
    }

    var progress: Progress { state.withLock { $0.progress } }

    // MARK: The requester's side, from anywhere

    /// The response: its head, and its content as it arrives.
    func response() async throws -> IncomingResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<IncomingResponse, any Error>? in
                    switch state.outcome {
                    case .open, .taken:
                        state.continuation = continuation
                        return nil
                    case .arrived(let response):
                        state.outcome = .taken
                        return .success(response)
                    case .failed(let error):
                        guard case .on = state.place else { return .failure(error) }
                        // The connection is about to end it.
                        state.continuation = continuation
                        return nil
                    }
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// Marks the exchange as waiting in `pool`; false when it has failed already.
    func wait(in pool: ConnectionPool) -> Bool {
        state.withLock { state in
            guard case .open = state.outcome else { return false }
            state.place = .waiting(pool)
            return true
        }
    }

    /// Keeps the timer that enforces the deadline, to cancel it once the exchange is over.
    func keep(_ timer: Scheduled<Void>) {
        let isOver = state.withLock { state in
            if case .over = state.place { return true }
            state.timer = timer
            return false
        }
        if isOver { timer.cancel() }
    }

    /// Whether the exchange waits for a connection without a timer that limits the wait.
    var isWaitingWithoutLimit: Bool {
        state.withLock { state in
            if case .waiting = state.place { state.waitTimer == nil } else { false }
        }
    }

    /// Keeps the timer that limits how long the exchange waits, to cancel it once the wait is over.
    func keepWaiting(until timer: Scheduled<Void>) {
        let isWaiting = state.withLock { state in
            guard case .waiting = state.place, state.waitTimer == nil else { return false }
            state.waitTimer = timer
            return true
        }
        if !isWaiting { timer.cancel() }
    }

    /// Keeps the task that writes the content, to cancel it once the exchange is over.
    func keep(_ sender: Task<Void, Never>) {
        let isOver = state.withLock { state in
            if case .over = state.place { return true }
            state.sender = sender
            return false
        }
        if isOver { sender.cancel() }
    }

    /// Ends the exchange, wherever it is, with an error. A connection tells the server before the requester gets the
    /// error, since that may end the process.
    func fail(_ error: any Error) {
        let place = state.withLock { state in
            switch state.outcome {
            case .open, .arrived: state.outcome = .failed(error)
            case .taken, .failed: break
            }
            return state.place
        }
        switch place {
        case .waiting(let pool): pool.forget(self)
        case .on(let connection): connection.cancel(self, error)
        case .nowhere, .over: break
        }
        if case .on = place { return }
        if case .stream(let body) = content { body.fail(error) }
        tellFailure()
    }

    /// Throws the error at the requester, if the exchange has failed. The connection is done with it.
    func tellFailure() {
        let (error, continuation) = state.withLock { state in
            guard case .failed(let error) = state.outcome else {
                return ((any Error)?.none, CheckedContinuation<IncomingResponse, any Error>?.none)
            }
            state.end()
            defer { state.continuation = nil }
            return (error, state.continuation)
        }
        guard let error else { return }
        if case .stream(let body) = content { body.fail(error) }
        continuation?.resume(throwing: error)
    }

    // MARK: The connection's side, on its loop

    /// Assigns the exchange to `connection`; false when it is over already.
    func begin(on connection: any ClientConnection, isReused: Bool) -> Bool {
        state.withLock { state in
            guard case .open = state.outcome else { return false }
            state.place = .on(connection)
            state.endWait()
            state.progress.isConnectionReused = isReused
            return true
        }
    }

    /// Puts the exchange back into `pool` after the server refused the request unprocessed; false when it can't be sent
    /// again, or was tried too often.
    func withdraw(to pool: ConnectionPool, amidProgress: Bool, limit: Int) -> Bool {
        if case .stream(let body) = content, !body.isUntouched { return false }
        return state.withLock { state in
            guard case .open = state.outcome, state.progress.refusals.add(amidProgress: amidProgress, limit: limit)
            else {
                return false
            }
            state.progress.hasBegun = false
            state.place = .waiting(pool)
            return true
        }
    }

    /// Notes how far the exchange has come.
    func note(_ change: (inout Progress) -> Void) {
        state.withLock { change(&$0.progress) }
    }

    /// An informational response has arrived.
    func receivedInformational(_ head: ResponseHead, _ configuration: HTTPClient.Configuration) {
        note { $0.hasAnswer = true }
        if !opensTunnel { configuration.onInformationalHead?(head) }
        onInformational?(head.status, head.fields.makeHTTPFields())
    }

    /// The head of the final response has arrived.
    func receivedHead() {
        note { $0.hasAnswer = true }
        recorder?.receivedHead()
    }

    /// Delivers the response to the requester; false when the exchange has failed.
    @discardableResult
    func deliver(_ response: IncomingResponse) -> Bool {
        let (isWanted, continuation) = state.withLock { state in
            guard case .open = state.outcome else {
                return (false, CheckedContinuation<IncomingResponse, any Error>?.none)
            }
            defer { state.continuation = nil }
            state.outcome = state.continuation == nil ? .arrived(response) : .taken
            return (true, state.continuation)
        }
        continuation?.resume(returning: response)
        return isWanted
    }

    /// The connection can't continue the exchange. A response that has arrived is still delivered, and its content ends
    /// with the error.
    func connectionFailed(_ error: any Error) {
        let hasArrived = state.withLock { if case .arrived = $0.outcome { true } else { false } }
        if !hasArrived {
            fail(error)
        } else if case .stream(let body) = content {
            body.fail(error)
        }
    }

    /// The response is complete, or lost by an error, and the connection is done with the exchange.
    func ended(_ error: (any Error)? = nil) {
        state.withLock { $0.end() }
        recorder?.ended(error)
    }
}

/// A response as a connection receives it.
struct IncomingResponse: Sendable {
    let head: ResponseHead
    /// The content; nil when there is none.
    let body: (any BodySource)?
    /// The connection that it came on; nil for one made by a test.
    let connection: ConnectionIdentity?
}
