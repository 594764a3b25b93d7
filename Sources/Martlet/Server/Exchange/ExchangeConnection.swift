import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What exchanges ask of what carries them: the whole connection over HTTP/1, a stream of it over HTTP/2. All of it is
/// called on the loop, except where it says otherwise.
protocol ExchangeConnection: AnyObject, Sendable {
    /// May be asked from anywhere.
    var loop: ServerLoop { get }
    /// The two ends of the connection; nil once it is closed. May be asked from anywhere.
    var info: HTTPConnectionInfo? { get }
    /// What the TLS handshake has agreed on; nil without TLS. May be asked from anywhere.
    var security: ConnectionSecurity? { get }

    /// Lets a task answer the exchange.
    func hand(_ exchange: ServerExchange, to handler: @escaping HTTPServer.Handler, on executor: (any TaskExecutor)?)

    /// Sends the whole response, or what is left of it.
    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError)
    /// Sends a part of the response's content. False when the caller should wait until the client has taken some.
    func write(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) -> Bool
    /// Sends what has been gathered. False when the caller should wait until the client has taken some.
    func flush(_ exchange: ServerExchange) throws(HTTPServerError) -> Bool
    /// Sends an informational response.
    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError)

    /// Writes the head, if that has not been done, and says how a file's content can follow it.
    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileWay
    /// Sends the whole response with a part of a file as its content, or what is left of it. False when the file has to
    /// be read for it.
    func end(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool
    /// Sends a part of a file, after ``beginContent(_:)`` has answered that regions can follow. False when the caller
    /// should wait until the client has taken some.
    func write(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool

    /// Waits until the client has taken enough of what was written. Called from anywhere.
    func waitUntilWritable() async throws

    /// The handler has returned or thrown; the response is ended for it if it did not do so.
    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?)
    /// A request that was taken from the server's sequence is gone, and its response with it.
    func requestWasDropped(_ exchange: ServerExchange)
    /// The deadline that a handler has set for its response has passed.
    func deadlinePassed(_ exchange: ServerExchange)
    /// Lets `action` know what became of the response to the exchange.
    func whenComplete(_ exchange: ServerExchange, _ action: @escaping @Sendable (HTTPResponseSummary) -> Void)
    /// Hands the connection to somebody else.
    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket

    // What the end of an exchange depends on.

    /// The exchange until it is over.
    var exchange: ServerExchange? { get }
    /// The task that works on the exchange; none where the server is iterated over.
    var handler: ExchangeSlot { get set }
    /// What became of the response so far.
    var summary: HTTPResponseSummary { get }
    /// Who has detached the connection.
    var receiver: (any DetachedReceiver)? { get }
    /// Whether other exchanges share the connection, so that it goes on whatever becomes of one.
    var isShared: Bool { get }
    /// Whether the client is gone, or no longer wants the response.
    var isPeerGone: Bool { get }
    var isHeadWritten: Bool { get }
    var isResponseEnded: Bool { get }
    /// Ends the exchange when the response is complete and the handler has returned.
    func finishIfOver()
    /// Gives up a response that can't be completed, so that the client notices.
    func breakOff()
    /// Gives up the response at once.
    func abort()
}

extension ExchangeConnection {
    // MARK: The end of an exchange

    /// Nobody works on the exchange any more: the response is ended, unless that was done, with the answer to `error` if
    /// there is one.
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

    /// The time for the exchange is up: the handler is cancelled, and answered for.
    func handlerIsTooSlow(_ exchange: ServerExchange) {
        guard !isResponseEnded, exchange.giveUp() else { return }
        let returnsSoon = handler.isRunning
        handler.cancel()
        handler.returned()
        // What the handler has done to its session counts, and the client is told of it: after the handler's return, which
        // most do when they are cancelled.
        guard exchange.presentSession != nil, !isHeadWritten else { return answerForSlowHandler(exchange) }
        guard returnsSoon else { return settleForSlowHandler(exchange) }
        exchange.eventLoop.scheduleTask(in: .seconds(1)) { self.settleForSlowHandler(exchange) }
    }

    private func settleForSlowHandler(_ exchange: ServerExchange) {
        guard self.exchange === exchange, !isResponseEnded else { return }
        // A store that is slow too must not keep the client waiting.
        exchange.eventLoop.scheduleTask(in: .seconds(1)) { self.answerForSlowHandler(exchange) }
        Task {
            try? await exchange.settleSession()
            exchange.eventLoop.execute { self.answerForSlowHandler(exchange) }
        }
    }

    private func answerForSlowHandler(_ exchange: ServerExchange) {
        guard self.exchange === exchange, !isResponseEnded else { return }
        loop.executor.turn {
            answer(HTTPError(.serviceUnavailable, "The request took too long."), exchange, closes: true)
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

    /// Tells those who want to know what became of the response, once.
    func reportCompletion() {
        guard handler.hasCompletions else { return }
        let summary = summary
        for action in handler.takeCompletions() { action(summary) }
    }

    // MARK: Errors

    /// Answers for a handler that has thrown.
    ///
    /// - Parameters:
    ///   - closes: Whether the answer is the last one on the connection, if that is not shared.
    ///   - keepsFields: Whether what the handler has said to the client whatever the response is goes with the answer.
    func answer(_ error: any Error, _ exchange: ServerExchange, closes: Bool = false, keepsFields: Bool = true) {
        let answer = HTTPError(answering: error)
        let error = (error as? any HTTPResponseError)?.cause ?? error
        // The server's own refusals are the client's fault, whatever their status, and so is a method that is not known: a
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
        do {
            try end(exchange, answer.content.isEmpty ? .none : .text(answer.content))
        } catch {
            guard keepsFields || answer.status != .internalServerError else { return breakOff() }
            // The answer itself can't be sent.
            self.answer(error, exchange, closes: closes, keepsFields: false)
        }
    }

    func report(_ error: any Error, _ exchange: ServerExchange) {
        // A client that has gone away is no error of the handler's.
        if isPeerGone, error is CancellationError || error is HTTPServerError || error is HTTPBodyError { return }
        let configuration = exchange.settings.configuration
        configuration.logger.error(
            "A handler failed: \(error)",
            metadata: ["method": "\(exchange.head.method)", "target": "\(exchange.head.target.raw)"]
        )
        configuration.onError?(error, HTTPServerRequest(exchange))
    }
}
