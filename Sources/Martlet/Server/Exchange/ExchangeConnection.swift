import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// The needs of an exchange from its carrier: the whole connection with HTTP/1, a stream of it with HTTP/2. Members are
/// called on the loop unless they say otherwise.
protocol ExchangeConnection: AnyObject, Sendable {
    /// Can be read from anywhere.
    var loop: ServerLoop { get }
    /// The addresses of the connection; nil once it is closed. Can be read from anywhere.
    var info: HTTPConnectionInfo? { get }
    /// The outcome of the TLS handshake; nil without TLS. Can be read from anywhere.
    var security: ConnectionSecurity? { get }

    /// Starts `handler` for the exchange, in a task.
    func startHandler(
        _ handler: @escaping HTTPServer.Handler,
        for exchange: ServerExchange,
        on executor: (any TaskExecutor)?
    )

    /// Sends the whole response, or the rest of it.
    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError)
    /// Sends a part of the response's content. False when the caller should wait until the client has taken some.
    func write(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) -> Bool
    /// Sends what is buffered. False when the caller should wait until the client has taken some.
    func flush(_ exchange: ServerExchange) throws(HTTPServerError) -> Bool
    /// Sends an informational response.
    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError)

    /// Writes the head, if that has not been done, and returns how a file's content can follow it.
    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileTransfer
    /// Sends the whole response with a part of a file as its content, or the rest of it. False when the file has to be
    /// read for that.
    func end(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool
    /// Sends a part of a file, after ``beginContent(_:)`` has returned that regions can follow. False when the caller
    /// should wait until the client has taken some.
    func write(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool

    /// Waits until the client has taken enough of what was written. Called from anywhere.
    func waitUntilWritable() async throws

    /// The handler has returned or thrown; its response is ended if it did not do so.
    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?)
    /// A request from the server's sequence was dropped, and its response with it.
    func requestWasDropped(_ exchange: ServerExchange)
    /// The deadline that a handler set for its response has passed.
    func deadlinePassed(_ exchange: ServerExchange)
    /// Calls `action` with the outcome of the response when it is over.
    func whenComplete(_ exchange: ServerExchange, _ action: @escaping @Sendable (HTTPResponseSummary) -> Void)
    /// Gives the connection to the handler.
    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket

    // The state that the end of an exchange depends on.

    /// The exchange until it is over.
    var exchange: ServerExchange? { get }
    /// The task of the handler; none when the server is iterated over.
    var handler: ExchangeSlot { get set }
    /// The outcome of the response so far.
    var summary: HTTPResponseSummary { get }
    /// The receiver of the detached connection's bytes.
    var receiver: (any DetachedReceiver)? { get }
    /// Whether other exchanges share the connection, so that it outlasts each of them.
    var isShared: Bool { get }
    /// Whether the client is gone, or no longer wants the response.
    var isPeerGone: Bool { get }
    var isHeadWritten: Bool { get }
    var isResponseEnded: Bool { get }
    /// Ends the exchange when the response is complete and the handler has returned.
    func finishIfOver()
    /// Cuts off a response that can't be completed, so that the client notices.
    func breakOff()
    /// Tears the connection down, or resets the stream, at once.
    func abort()
}

extension ExchangeConnection {
    // MARK: The end of an exchange

    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?) {
        settle(exchange, error)
    }

    /// The handler is done with the exchange: the response is ended if it was not, with the answer to `error` if there
    /// is one.
    func settle(_ exchange: ServerExchange, _ error: (any Error)?) {
        handler.returned()
        guard self.exchange === exchange else {
            if let error {
                report(error, exchange)
                receiver?.handlerFailed()
            }
            return
        }
        if error != nil || !isResponseEnded, exchange.isGivenUp { return answerForSlowHandler(exchange) }
        if let error {
            answer(error, exchange)
        } else if !isResponseEnded {
            do {
                // Content that a handler has written after it was cancelled must not pass for all of its response.
                if exchange.isOverdue { throw HTTPError.tookTooLong }
                try end(exchange, .none)
            } catch {
                answer(error, exchange)
            }
        }
        finishIfOver()
    }

    func requestWasDropped(_ exchange: ServerExchange) {
        loop.executor.turn {
            let isUnanswered = self.exchange === exchange && !isResponseEnded
            handlerReturned(
                exchange,
                error: isUnanswered ? HTTPError(.serviceUnavailable, "The request was dropped unanswered.") : nil
            )
        }
    }

    /// The time for the exchange is up: the handler is cancelled, and the server answers in its place.
    func handlerIsTooSlow(_ exchange: ServerExchange) {
        guard !isResponseEnded, !exchange.isEndless, exchange.giveUp() else { return }
        let returnsSoon = handler.isRunning
        handler.cancel()
        handler.returned()
        // The handler's changes to its session count, and the client must get them: wait until it returns, as most do
        // when they are cancelled.
        guard exchange.presentSession != nil, !isHeadWritten else { return answerForSlowHandler(exchange) }
        guard returnsSoon else { return settleForSlowHandler(exchange) }
        exchange.loop.clock.schedule(in: .seconds(1)) { self.settleForSlowHandler(exchange) }
    }

    /// The time that middleware gives the handler is up. Its task is cancelled, and the middleware answers as soon as it
    /// returns, which most do then. For one that does not within a second, or that has sent a head, this is the same as
    /// ``handlerIsTooSlow(_:)``.
    func handlerIsOverdue(_ exchange: ServerExchange) {
        guard self.exchange === exchange, !isResponseEnded, !exchange.isEndless else { return }
        guard !isHeadWritten, handler.isRunning else { return handlerIsTooSlow(exchange) }
        exchange.isOverdue = true
        // The task of a connection that is not shared stays cancelled: no other request can be left to it.
        if !isShared { exchange.change { $0.isPersistent = false } }
        handler.cancel()
        exchange.loop.clock.schedule(in: .seconds(1)) { [weak exchange] in
            guard let exchange, self.exchange === exchange else { return }
            self.handlerIsTooSlow(exchange)
        }
    }

    private func settleForSlowHandler(_ exchange: ServerExchange) {
        guard self.exchange === exchange, !isResponseEnded else { return }
        // A store that is also slow must not keep the client waiting.
        exchange.loop.clock.schedule(in: .seconds(1)) { self.answerForSlowHandler(exchange) }
        Task {
            try? await exchange.settleSession()
            exchange.eventLoop.execute { self.answerForSlowHandler(exchange) }
        }
    }

    private func answerForSlowHandler(_ exchange: ServerExchange) {
        guard self.exchange === exchange, !isResponseEnded else { return }
        loop.executor.turn {
            answer(HTTPError.tookTooLong, exchange, closes: true)
            finishIfOver()
        }
    }

    func deadlinePassed(_ exchange: ServerExchange) {
        if self.exchange === exchange { abort() }
    }

    func whenComplete(_ exchange: ServerExchange, _ action: @escaping @Sendable (HTTPResponseSummary) -> Void) {
        if self.exchange === exchange {
            handler.whenComplete(action)
        } else {
            action(HTTPResponseSummary(status: nil, contentBytes: 0, isComplete: false))
        }
    }

    /// Reports the outcome of the response, once.
    func reportCompletion() {
        guard handler.hasCompletions else { return }
        let summary = summary
        for action in handler.takeCompletions() { action(summary) }
    }

    // MARK: Errors

    /// Answers in place of a handler that threw.
    ///
    /// - Parameters:
    ///   - closes: Whether the answer is the last one on the connection, if that is not shared.
    ///   - keepsFields: Whether the answer keeps the handler's fields that apply to any response, such as cookies.
    func answer(_ error: any Error, _ exchange: ServerExchange, closes: Bool = false, keepsFields: Bool = true) {
        let (answer, isNegotiated) = exchange.presented(HTTPError(answering: error), of: error)
        let error = (error as? any HTTPResponseError)?.cause ?? error
        // The server's own refusals are the client's fault, whatever their status, and so is an unknown method: a
        // client could fill the log with either.
        let isRefusal = exchange.refusal.map { $0.error == error as? HTTPError } ?? false
        let isFailure = answer.status.kind == .serverError && answer.status != .notImplemented && !isRefusal
        if isFailure || isHeadWritten {
            report(error, exchange)
        }
        guard !isHeadWritten else {
            if !isResponseEnded { breakOff() }
            return
        }
        exchange.replaceDraft(
            with: answer,
            closes: !isShared && (closes || error is HTTPBodyError),
            keepsFields: keepsFields
        )
        if isNegotiated { exchange.addVaryAccept() }
        do {
            try end(exchange, answer.content.isEmpty ? .none : .text(answer.content))
        } catch {
            guard keepsFields || answer.status != .internalServerError else { return breakOff() }
            // The answer itself can't be sent.
            self.answer(error, exchange, closes: closes, keepsFields: false)
        }
    }

    func report(_ error: any Error, _ exchange: ServerExchange) {
        // A client that has gone away is not an error of the handler.
        if isPeerGone, error is CancellationError || error is HTTPServerError || error is HTTPBodyError { return }
        let configuration = exchange.settings.configuration
        configuration.logger.error(
            "A handler failed: \(error)",
            metadata: ["method": "\(exchange.head.method)", "target": "\(exchange.head.target.raw)"]
        )
        configuration.onError?(error, HTTPServerRequest(exchange))
    }
}
