import HTTPTypes
import HTTPWire
import NIOCore
import NIOHTTP2
import Synchronization

/// How exchanges are cut short, and how a connection ends. All of it is called on the loop.
extension HTTP2ClientConnection {
    // MARK: One stream

    /// Ends an exchange with an error, and the stream with it. The others go on.
    func end(_ stream: HTTP2ClientStream, with error: any Error, code: NIOHTTP2.HTTP2ErrorCode = .cancel) {
        guard forget(stream) else { return }
        write(.rstStream(code), on: stream.id)
        scheduleFlush()
        fail(stream, error)
        streamEnded()
    }

    /// Takes a stream out of the table; false when it was not there any more.
    @discardableResult
    func forget(_ stream: HTTP2ClientStream) -> Bool {
        guard streams.removeValue(forKey: stream.id) != nil else { return false }
        stream.continueTimer?.cancel()
        stream.continueTimer = nil
        stream.isSending = false
        return true
    }

    /// Lets everybody know that an exchange has failed whose stream is not in the table any more.
    func fail(_ stream: HTTP2ClientStream, _ error: any Error) {
        stream.exchange.ended()
        stream.exchange.recorder?.ended(error)
        stream.body?.fail(error)
        stream.exchange.connectionFailed(error)
    }

    /// The server has done nothing about an exchange, which is sent again if that is possible. Its stream is not in the
    /// table any more.
    func refused(_ stream: HTTP2ClientStream, _ error: HTTPClientError) {
        let exchange = stream.exchange
        if exchange.withdraw(to: core.pool, limit: core.configuration.maximumRetries) {
            exchange.recorder?.repeats()
            core.pool.submit(exchange, core: core, on: loop, first: true)
        } else {
            // Untouched contents, or those that can be read again, are sent again by whoever makes the exchanges.
            exchange.note { progress in
                if progress.refusals == 0 { progress.hasBegun = false }
            }
            fail(stream, error)
        }
    }

    /// The server has ended a stream (RFC 9113 section 6.4).
    func wasReset(_ stream: HTTP2ClientStream, _ code: HTTPTypes.HTTP2ErrorCode) {
        guard forget(stream) else { return }
        let error = HTTPClientError.http2(.streamReset(code))
        if code == .refusedStream, stream.head == nil, !stream.isDelivered {
            streamEnded()
            refused(stream, error)
        } else {
            deliverBegun(stream)
            fail(stream, error)
            streamEnded()
        }
    }

    /// Lets the streams fail that NIO's handler has ended, because of `error`.
    func failBroken(_ error: (any Error)?) {
        guard !broken.isEmpty else { return }
        let failed = broken
        broken = []
        let text = error.map { "\($0)" } ?? "A frame that must not come here (section 5.1)"
        for stream in failed {
            deliverBegun(stream)
            fail(stream, HTTPClientError.http2(.malformedMessage(text)))
            streamEnded()
        }
    }

    // MARK: The connection

    /// The server takes no more requests, and has done nothing about those after `last` (RFC 9113 section 6.8).
    func receivedGoAway(last: HTTP2StreamID, _ code: HTTPTypes.HTTP2ErrorCode, explanation: String) {
        let error = HTTPClientError.http2(.goAway(code, explanation: explanation))
        if code != .noError { failure = error }
        leave()
        for stream in streams.values.filter({ $0.id > last }).sorted(by: { $0.id > $1.id }) {
            forget(stream)
            switch code {
            // The server is not to be asked the same again.
            case .http11Required, .enhanceYourCalm: fail(stream, error)
            default: refused(stream, error)
            }
        }
        if streams.isEmpty { close() }
    }

    /// Takes no more requests.
    func leave() {
        guard case .open = phase else { return }
        phase = .leaving
        if isPooled { core.pool.retire(self) }
    }

    /// Says goodbye and closes.
    func close() {
        guard phase != .closed, let context else { return }
        leave()
        write(.goAway(lastStreamID: .rootStream, errorCode: .noError, opaqueData: nil), on: .rootStream)
        context.flush()
        context.close(promise: nil)
    }

    func becomeClosed() {
        guard phase != .closed else { return }
        phase = .closed
        context = nil
        openChannel.withLock { $0 = nil }
        loop.remove(self)
        if isPooled { core.pool.closed(self) }
        for stream in Array(streams.values) {
            forget(stream)
            deliverBegun(stream)
            let lost: any Error = stream.isDelivered ? HTTPBodyError.connectionClosed : HTTPClientError.connectionClosed
            fail(stream, failure ?? lost)
        }
        failBroken(failure)
    }

    /// Asks for a sign of life, or misses it.
    func checkPing(_ now: NIODeadline) {
        if let pingSent {
            guard now - pingSent >= TimeAmount(settings.pingTimeout) else { return }
            let silence = Duration(now - lastArrival)
            failure = .timedOut(.ping, host: key.host, port: key.port, after: silence)
            abort()
        } else if let interval = settings.pingInterval, now - lastArrival >= TimeAmount(interval) {
            pingSent = now
            write(.ping(HTTP2PingData(), ack: false), on: .rootStream)
            context?.flush()
        }
    }
}
