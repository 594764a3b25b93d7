import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// One request and its response: the state of a handler's `HTTPServerRequest` and `HTTPServerResponse`.
///
/// What the handler sets in its response is kept here under a lock, so that it can be set from any thread; what it
/// writes goes to the connection, on the connection's event loop.
final class ServerExchange: Sendable {
    let connection: any ExchangeConnection
    let loop: ServerLoop
    let head: RequestHead
    /// The content, or nil when the request has none.
    let body: BodyStream?
    let settings: ServerSettings
    /// Why the server refuses the request; nil for those that it accepts.
    let refusal: Refusal?

    /// Why a server refuses a request. An object, so that exchanges without one, nearly all of them, need little room.
    final class Refusal: Sendable {
        let error: HTTPError

        init(_ error: HTTPError) {
            self.error = error
        }
    }

    private let draft: Mutex<ResponseDraft>
    private let derived = Mutex(Derived())

    /// What is derived from the request when it is first needed.
    private struct Derived {
        var headers: HTTPFields?
        var session: HTTPSession?
        var deadline: Scheduled<Void>?
        var isGivenUp = false
    }

    init(
        connection: any ExchangeConnection,
        head: RequestHead,
        body: BodyStream?,
        settings: ServerSettings,
        refusal: HTTPError? = nil
    ) {
        self.connection = connection
        self.loop = connection.loop
        self.head = head
        self.body = body
        self.settings = settings
        self.refusal = refusal.map(Refusal.init)
        self.draft = Mutex(ResponseDraft(isPersistent: head.isPersistent))
    }

    var eventLoop: any EventLoop { loop.eventLoop }

    var executor: EventLoopExecutor { loop.executor }

    // MARK: The request

    var headers: HTTPFields {
        derived.withLock { derived in
            if let headers = derived.headers { return headers }
            let headers = head.fields.makeHTTPFields()
            derived.headers = headers
            return headers
        }
    }

    /// Whether the client offers to go on in another protocol (RFC 9110 section 7.8).
    var asksForUpgrade: Bool { head.version == .http1_1 && headers[.upgrade] != nil }

    /// The session, if the handler has accessed it.
    var presentSession: HTTPSession? { derived.withLock { $0.session } }

    func keepSession(_ session: HTTPSession) -> HTTPSession {
        derived.withLock { derived in
            // Two tasks of one handler may ask at the same time; both must get the same session.
            if let present = derived.session, !present.isDestroyed { return present }
            derived.session = session
            return session
        }
    }

    // MARK: The response, as it is being prepared

    /// Reads from the draft.
    func read<Value>(_ body: (borrowing ResponseDraft) -> Value) -> Value {
        draft.withLock { body($0) }
    }

    /// Changes the draft; once the head has been sent the change is dropped, and the next write reports it.
    func change(_ body: (inout ResponseDraft) -> Void) {
        draft.withLock { draft in
            if draft.isHeadSent {
                draft.wasChangedTooLate = true
            } else {
                body(&draft)
            }
        }
    }

    /// Takes the fields out of the draft; the caller puts them back with ``change(_:)``.
    func takeHeaders() -> HTTPFields {
        draft.withLock { draft in
            guard !draft.isHeadSent else { return draft.headers ?? settings.defaultHeaders }
            return draft.headers.take() ?? settings.defaultHeaders
        }
    }

    /// Changes what can still be set while the content is being sent: the trailers and the deadline.
    func changeAnytime(_ body: (inout ResponseDraft) -> Void) {
        draft.withLock { draft in
            body(&draft)
        }
    }

    /// Gives the connection access to the draft, to write it.
    func withDraft<Value>(
        _ body: (inout ResponseDraft) throws(HTTPServerError) -> Value
    ) throws(HTTPServerError) -> Value {
        try draft.withLock { (draft) throws(HTTPServerError) in try body(&draft) }
    }

    /// Cancels the previous deadline, and sets another one or none.
    func replaceDeadline(with deadline: Scheduled<Void>?) {
        let old = derived.withLock { derived in
            defer { derived.deadline = deadline }
            return derived.deadline
        }
        old?.cancel()
    }

    // MARK: The handler

    /// Runs `handler`, and ends the response if it did not do so.
    func run(_ handler: HTTPServer.Handler) async {
        var failure: (any Error)?
        do {
            try await handler(HTTPServerRequest(self))
        } catch {
            failure = error
        }
        if presentSession != nil {
            do {
                try await settleSession()
            } catch {
                failure = failure ?? error
            }
        }
        finish(error: failure)
    }

    /// Takes the request away from a handler whose time is up. False when that was done before.
    func giveUp() -> Bool {
        derived.withLock { derived in
            defer { derived.isGivenUp = true }
            return !derived.isGivenUp
        }
    }

    /// Whether the handler can no longer end the response.
    var isGivenUp: Bool { derived.withLock { $0.isGivenUp } }

    private func finish(error: (any Error)?) {
        if executor.isCurrent {
            executor.turn { connection.handlerReturned(self, error: error) }
        } else {
            eventLoop.execute { self.connection.handlerReturned(self, error: error) }
        }
    }
}

/// Ends the exchange of a request that was taken from the server's sequence and then dropped unanswered.
final class ExchangeGuardian: Sendable {
    private let exchange: ServerExchange

    init(_ exchange: ServerExchange) {
        self.exchange = exchange
    }

    deinit {
        let exchange = exchange
        guard exchange.presentSession != nil else {
            return exchange.eventLoop.execute { exchange.connection.requestWasDropped(exchange) }
        }
        Task {
            try? await exchange.settleSession()
            exchange.eventLoop.execute { exchange.connection.requestWasDropped(exchange) }
        }
    }
}
