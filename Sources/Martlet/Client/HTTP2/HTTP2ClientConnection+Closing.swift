import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// How exchanges are cut short, and how a connection ends. Members are called on the loop.
extension HTTP2ClientConnection {
    /// How long a request waits after the second refusal; the time doubles with each further one.
    private static let refusalPause = TimeAmount.milliseconds(20)
    /// How long the socket may take to accept the last output.
    static let goodbyeTime = TimeAmount.seconds(1)
    /// How often that is doubled at most.
    private static let longestPause = 6

    // MARK: One stream

    /// Ends an exchange and its stream with an error. The others continue.
    ///
    /// - Parameter flushes: Whether to flush before the requester is notified.
    func end(
        _ stream: HTTP2ClientStream,
        with error: any Error,
        code: HTTP2ErrorCode = .cancel,
        flushes: Bool = false
    ) {
        guard forget(stream, .resetHere) else { return }
        writeReset(stream.number, code)
        if flushes { flushOutput() }
        fail(stream, error)
        streamEnded()
    }

    /// The response violates the protocol.
    func abandon(_ stream: HTTP2ClientStream, _ error: HTTP2Error) {
        deliverBegun(stream)
        end(stream, with: HTTPClientError.http2(.malformedMessage(error.reason)), code: error.code)
    }

    /// Removes a stream from the table; false when it was removed before.
    @discardableResult
    func forget(_ stream: HTTP2ClientStream, _ end: HTTP2StreamHistory.End) -> Bool {
        guard multiplexer.remove(stream, end) else { return false }
        stream.leaveConnection()
        return true
    }

    /// Fails an exchange whose stream has been removed from the table.
    func fail(_ stream: HTTP2ClientStream, _ error: any Error) {
        stream.exchange.ended()
        stream.exchange.recorder?.ended(error)
        stream.response.fail(error)
        stream.exchange.connectionFailed(error)
    }

    /// The server refused an exchange unprocessed, which is sent again if possible. Its stream has been removed from
    /// the table.
    ///
    /// - Parameters:
    ///   - amidProgress: Whether the server is processing other streams.
    ///   - pauses: Whether the server may need time.
    private func refused(_ stream: HTTP2ClientStream, _ error: HTTPClientError, amidProgress: Bool, pauses: Bool) {
        let exchange = stream.exchange
        let limit = core.configuration.maximumRetries
        if exchange.withdraw(to: core.pool, amidProgress: amidProgress, limit: limit) {
            exchange.recorder?.repeats()
            // If others are answered, a short pause each time will do.
            let refusals = exchange.progress.refusals
            submit(exchange, after: pauses ? max(refusals.countInVain, min(refusals.count, 2)) : 0)
        } else {
            // Untouched or repeatable content is sent again by the code that makes the exchanges.
            exchange.note { progress in
                guard amidProgress || progress.refusals.count == 0 else { return }
                progress.hasBegun = false
                progress.wasRefusedAmidProgress = amidProgress
            }
            fail(stream, error)
        }
    }

    /// Sends an exchange again: at once after the first refusal, later after further ones, so that the server can
    /// recover.
    private func submit(_ exchange: ClientExchange, after refusals: Int) {
        guard refusals > 1 else { return core.pool.submit(exchange, core: core, on: loop, first: true) }
        let pause = Self.refusalPause * (1 << min(refusals - 2, Self.longestPause))
        let (core, loop) = (core, loop)
        loop.eventLoop.scheduleTask(in: pause) {
            // The requester may have given up meanwhile.
            guard exchange.wait(in: core.pool) else { return }
            core.pool.submit(exchange, core: core, on: loop, first: true)
        }
    }

    /// The server has reset a stream (RFC 9113 section 6.4).
    func wasReset(_ stream: HTTP2ClientStream, _ code: HTTP2ErrorCode) {
        guard forget(stream, .resetByPeer) else { return }
        let error = HTTPClientError.http2(.streamReset(code))
        if code == .refusedStream, stream.response.isEmpty {
            streamEnded()
            refused(stream, error, amidProgress: hasProgress(since: stream), pauses: true)
        } else {
            deliverBegun(stream)
            fail(stream, error)
            streamEnded()
        }
    }

    /// Whether the server has made progress since the stream was opened.
    private func hasProgress(since stream: HTTP2ClientStream) -> Bool { arrivals.count > stream.arrivalsBefore }

    // MARK: The connection

    /// The server accepts no more requests, and has not processed those after `last` (RFC 9113 section 6.8).
    func receivedGoAway(last: UInt32, _ code: HTTP2ErrorCode, explanation: String) {
        let error = HTTPClientError.http2(.goAway(code, explanation: explanation))
        if code != .noError { failure = error }
        leave()
        let isWorking = multiplexer.streams.values.contains { $0.number <= last }
        for stream in multiplexer.streams.values.filter({ $0.number > last }).sorted(by: { $0.number > $1.number }) {
            forget(stream, .resetByPeer)
            switch code {
            // The request must not be sent to this server again.
            case .http11Required, .enhanceYourCalm: fail(stream, error)
            default:
                let amidProgress = isWorking || hasProgress(since: stream)
                refused(stream, error, amidProgress: amidProgress, pauses: !amidProgress)
            }
        }
        if multiplexer.streams.isEmpty { close() }
    }

    /// Accepts no more requests.
    func leave() {
        guard case .open = phase else { return }
        phase = .leaving
        if isPooled { core.pool.retire(self) }
    }

    /// Sends GOAWAY and closes.
    func close() {
        close(.noError)
    }

    /// Tells the server how it violated the protocol, and closes without waiting for anything in progress.
    func close(with error: HTTP2Error) {
        guard isActive else { return }
        if failure == nil { failure = .http2(.connectionFailed(error.reason)) }
        close(error.code, text: error.reason)
        failStreams()
    }

    private func close(_ code: HTTP2ErrorCode, text: String = "") {
        guard isActive, let context else { return }
        leave()
        phase = .closing(since: nil)
        // The server has opened no streams.
        channel.output.tail.writeHTTP2GoAway(lastStream: 0, code, text: text)
        flushOutput()
        guard unsentBytes > 0 else { return context.close(promise: nil) }
        // Not before the socket has accepted everything, unless the server is too slow.
        phase = .closing(since: .now())
        context.whenSent { self.abort() }
    }

    func becomeClosed() {
        guard phase != .closed else { return }
        phase = .closed
        channel.removed()
        identity.closed()
        loop.remove(self)
        if isPooled { core.pool.closed(self) }
        failStreams()
    }

    private func failStreams() {
        for stream in multiplexer.close() {
            stream.leaveConnection()
            deliverBegun(stream)
            let isDelivered = stream.response.isDelivered
            let lost: any Error = isDelivered ? HTTPBodyError.connectionClosed : HTTPClientError.connectionClosed
            fail(stream, failure ?? lost)
        }
    }

    /// Sends a PING, or closes the connection if the answer is overdue.
    func checkPing(_ now: NIODeadline) {
        switch arrivals.checkSilence(at: now) {
        case .ping:
            channel.output.tail.writeHTTP2Ping(0, isAcknowledgement: false)
            flushOutput()
        case .giveUp(let time):
            failure = .timedOut(.ping, host: key.host, port: key.port, after: Duration(time))
            abort()
        case .wait, nil:
            break
        }
    }
}
