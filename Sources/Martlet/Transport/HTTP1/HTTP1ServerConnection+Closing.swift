import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// How a connection ends. All of it is called on the loop.
extension HTTP1ServerConnection {
    /// How long a client that still sends may take to read a last response.
    static let lingeringTime = TimeAmount.seconds(5)
    /// The same for a client of which no more has been seen, but which may have sent another request meanwhile.
    static let shortLingeringTime = TimeAmount.seconds(1)

    /// Sends what has been written, then closes.
    ///
    /// - Parameter mayReceiveMore: Whether the client does not expect the connection to close.
    func closeAfterFlush(mayReceiveMore: Bool = false) {
        guard case .open = phase else { return }
        phase = .flushing
        lingering = reader.hasUnreadInput ? Self.lingeringTime : mayReceiveMore ? Self.shortLingeringTime : .zero
        releaseHandler()
        count(as: .closing)
        flushSoon()
        continueReading()
    }

    /// Closes when the socket has taken the last response.
    func finishClosing() {
        guard case .flushing = phase, output.isEmpty, !awaitsLastWrite, let context else { return }
        awaitsLastWrite = true
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.lastWriteIsDone() }
        // An empty write completes when everything before it has been sent.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    private func lastWriteIsDone() {
        guard case .flushing = phase else { return }
        guard lingering > .zero, !hasPeerClosed else { return abort() }
        // Closing while the peer still sends would make the system discard what the peer has not read of the response
        // (RFC 9112 section 9.6). So only the sending half is closed; the rest follows the peer, or the clock.
        phase = .lingering(until: .now() + lingering)
        context?.close(mode: .output, promise: nil)
        continueReading()
    }

    /// Tears the connection down at once.
    func abort() {
        context?.close(promise: nil)
    }

    /// The peer will send no more.
    func peerClosed() {
        hasPeerClosed = true
        loop.executor.turn {
            switch phase {
            case .open:
                // A client that is gone is the reason most often. One that has only finished sending still gets what
                // the handler writes.
                handlerTask?.cancel()
                if reader.isInsideRequest, let body = exchange?.body, reader.bufferedBytes == 0 {
                    body.fail(HTTPBodyError.connectionClosed)
                }
                process()
            case .detached(let receiver):
                receiver.finish()
            case .lingering:
                abort()
            case .flushing, .closed:
                break
            }
        }
    }

    /// The server accepts no more requests.
    func serverCloses(force: Bool) {
        isServerClosing = true
        if force {
            abort()
        } else if case .detached(let receiver) = phase {
            loop.executor.turn { receiver.serverCloses() }
        } else if case .open = phase, exchange == nil {
            if gaugeState == .idle, output.isEmpty, unsentBytes == 0 {
                // Nothing is on its way in either direction that could get lost.
                abort()
            } else {
                closeAfterFlush()
            }
        }
    }

    /// How many bytes the socket has not taken yet.
    var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func becomeClosed() {
        let receiver: (any DetachedReceiver)? = if case .detached(let receiver) = phase { receiver } else { nil }
        let isFailure = receiver?.hasSaidGoodbye != true
        phase = .closed
        count(as: nil)
        loop.executor.turn {
            if isOutputClosed, !hasFailed {
                // The peer has finished too, which ends the channel without another word.
                receiver?.finish()
            } else {
                receiver?.fail(HTTPServerError.connectionClosed)
            }
            hasPeerClosed = true
            if isFailure { handlerTask?.cancel() }
            releaseHandler()
            exchange?.body?.fail(HTTPBodyError.connectionClosed)
            writability.signal()
        }
        exchange = nil
        reportCompletion()
        handlerTask = nil
        context = nil
        openChannel.withLock { $0 = nil }
        loop.remove(self)
    }

    // MARK: Deadlines

    /// Called every now and then.
    func checkDeadlines(now: NIODeadline) {
        if case .lingering(let until) = phase {
            if now >= until { abort() }
            return
        }
        guard context != nil else { return }
        // A file that has become shorter since its part was handed to the channel: the system sends nothing more of it,
        // and the channel would try for ever.
        if let slice = filesInFlight.first, !slice.isThere { return abort() }
        let violation = timing.check(
            now: now,
            wait: presentWait,
            unsentBytes: unsentBytes,
            configuration: loop.settings.configuration
        )
        switch violation {
        case nil:
            break
        case .idle:
            closeAfterFlush()
            flushOutput()
        case .slowHead:
            if timing.isInsideHead {
                refuse(.requestTimeout, "The head of the request did not arrive in time.")
            } else if loop.core.security != nil, security == nil {
                // Nothing can be sent before the handshake is done.
                abort()
            } else {
                closeAfterFlush()
            }
            flushOutput()
        case .slowContent:
            if let exchange {
                exchange.body?.fail(HTTPBodyError.tooSlow)
            } else {
                closeAfterFlush()
                flushOutput()
            }
        case .stalledOutput:
            abort()
        case .slowHandler:
            handlerIsTooSlow()
        }
    }

    /// The deadline that a handler has set for its response has passed.
    func deadlinePassed(_ exchange: ServerExchange) {
        if self.exchange === exchange { abort() }
    }

    private var presentWait: ConnectionTiming.Wait {
        switch phase {
        case .open:
            if let exchange {
                reader.isInsideRequest && exchange.body?.isStarving == true ? .content : .handler
            } else {
                drainAllowance == nil ? .request : .content
            }
        case .flushing, .lingering, .detached, .closed:
            .nothing
        }
    }

    private func handlerIsTooSlow() {
        guard let exchange, !writer.isEnded else { return }
        handlerTask?.cancel()
        let error = HTTPError(.serviceUnavailable, "The request took too long.")
        handlerReturned(exchange, error: error, closes: true)
        flushOutput()
    }
}
