import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// How a connection ends. All of it is called on the loop.
extension HTTP1ServerConnection {
    /// Sends what has been written, then closes.
    ///
    /// - Parameter mayReceiveMore: Whether the client does not expect the connection to close.
    func closeAfterFlush(mayReceiveMore: Bool = false) {
        guard case .open = phase else { return }
        closeAfterFlush(
            lingering: reader.hasUnreadInput
                ? LingeringClose.time : mayReceiveMore ? LingeringClose.shortTime : .zero
        )
        releaseHandler()
    }

    func inputEnded() {
        // The client may be gone, or have finished sending and wait for its answers, which can't be told apart: TCP says
        // the same of both. So the answers are sent, which shows.
        timing.peerFinished(at: .now())
        if reader.isInsideRequest, let exchange, reader.bufferedBytes == 0 { cutOff(exchange) }
        process()
    }

    /// The client has left before the end of its request, so that no answer can be what it has asked for.
    func cutOff(_ exchange: ServerExchange) {
        exchange.body?.fail(HTTPBodyError.connectionClosed)
        handlerTask.cancel()
    }

    func serverCloses(force: Bool) {
        isServerClosing = true
        if force {
            abort()
        } else if case .detached(let receiver) = phase {
            loop.executor.turn { receiver.serverCloses() }
        } else if case .open = phase, exchange == nil {
            if gaugeState == .idle, channel.output.isEmpty, unsentBytes == 0 {
                // Nothing is on its way in either direction that could get lost.
                abort()
            } else {
                closeAfterFlush()
            }
        }
    }

    func becomeClosed() {
        let receiver = receiver
        let isFailure = receiver?.hasSaidGoodbye != true
        phase = .closed
        count(as: nil)
        loop.executor.turn {
            if channel.hasEndedInOrder {
                // The peer has finished too, which ends the channel without another word.
                receiver?.finish()
            } else {
                receiver?.fail(HTTPServerError.connectionClosed)
            }
            channel.peerClosed()
            if isFailure { handlerTask.cancel() }
            releaseHandler()
            exchange?.body?.fail(HTTPBodyError.connectionClosed)
            writability.signal()
        }
        exchange = nil
        reportCompletion()
        channel.removed()
        openChannel.withLock { $0 = nil }
        loop.remove(self)
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        guard context != nil, !lingers(at: now) else { return }
        // A file that has become shorter since its part was handed to the channel: the system sends nothing more of it,
        // and the channel would try for ever.
        if let slice = filesInFlight.first, !slice.isThere { return abort() }
        let violation = timing.check(
            now: now,
            wait: presentWait,
            unsentBytes: unsentBytes + channel.output.byteCount,
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
                refuse(HTTPError(.requestTimeout, "The head of the request did not arrive in time."))
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
            if let exchange { handlerIsTooSlow(exchange) }
            flushOutput()
        case .silentHandler:
            // Its task would run what has been pipelined cancelled.
            isServerClosing = true
            handlerTask.cancel()
        }
    }

    private var presentWait: ConnectionTiming.Wait {
        switch phase {
        case .open:
            if let exchange {
                reader.isInsideRequest && exchange.body?.isStarving == true ? .content : .handler
            } else {
                drainAllowance == nil ? .request : .content
            }
        case .detached, .closing, .closed:
            .nothing
        }
    }
}
