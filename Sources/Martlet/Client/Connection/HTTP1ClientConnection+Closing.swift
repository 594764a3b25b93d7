import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// How exchanges are cut short, and how a connection ends. All of it is called on the loop, unless it says otherwise.
extension HTTP1ClientConnection {
    /// How long the rest of a response that nobody wants may take to arrive.
    private static let drainingTime = TimeAmount.seconds(2)

    /// The requester of `exchange` has given up. May be called from anywhere.
    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if self.current?.exchange === exchange { self.end(with: error) }
        }
    }

    /// Nobody will read the rest of a response. May be called from anywhere.
    func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            guard let current = self.current, current.exchange === exchange, current.drain == nil else { return }
            let allowance = self.core.configuration.maximumDrainedBytes
            if !current.writer.isEnded || current.body.flatMap({ $0.announcedLength }) ?? 0 > allowance {
                self.end(with: HTTPBodyError.discarded)
            } else {
                // A little is read to its end, so that the connection can be used again.
                self.current?.drain = (allowance, .now() + Self.drainingTime)
                current.body?.discard()
                self.process()
            }
        }
    }

    /// Ends the present exchange with an error, and the connection with it.
    func end(with error: any Error) {
        guard let failed = current else { return abort() }
        current = nil
        failed.exchange.ended()
        failed.exchange.recorder?.ended(error)
        failed.body?.fail(error)
        abort()
        failed.exchange.fail(error)
    }

    /// Ends what is going on, and the connection.
    func abort(with error: any Error) {
        end(with: error)
        if case .detached(let stream) = phase {
            stream.fail(error)
            abort()
        }
    }

    /// Tears the connection down at once.
    func abort() {
        context?.close(promise: nil)
    }

    /// The peer will send no more.
    func peerClosed() {
        if case .detached(let stream) = phase {
            stream.finish()
            return
        }
        reader.peerClosed()
        process()
        // What has arrived and waits for its reader stays here.
        abort()
    }

    func becomeClosed() {
        let wasClosed: Bool
        switch phase {
        case .open:
            wasClosed = false
        case .detached(let stream):
            wasClosed = false
            if isOutputClosed, !hasFailed {
                // The peer has finished too, which ends the channel without another word.
                stream.finish()
            } else {
                stream.fail(HTTPClientError.connectionClosed)
            }
        case .closed:
            wasClosed = true
        }
        phase = .closed
        context = nil
        endHandshake(HTTPClientError.connectionClosed)
        openChannel.withLock { $0 = nil }
        continueTimer?.cancel()
        continueTimer = nil
        if !wasClosed {
            loop.remove(self)
            if isPooled { core.pool.closed(self) }
        }
        reader.peerClosed()
        process()
        writability.signal()
    }

    // MARK: Deadlines

    /// Called every now and then.
    func checkDeadlines(now: NIODeadline) {
        guard case .open = phase else { return }
        guard let current else {
            guard let timeout = core.configuration.idleTimeout, now - idleSince >= TimeAmount(timeout) else { return }
            if core.pool.takeIdle(self) { abort() }
            return
        }
        if let drain = current.drain {
            if now >= drain.until { end(with: HTTPBodyError.discarded) }
            return
        }
        guard let timeout = core.configuration.readTimeout else { return }
        guard isWaitingForServer(current) else {
            self.current?.lastProgress = now
            return
        }
        if now - current.lastProgress >= TimeAmount(timeout) {
            end(with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }

    /// Whether it is the server's turn: to answer, to go on with the content, or to take what is sent to it.
    private func isWaitingForServer(_ current: Current) -> Bool {
        if context?.channel.isWritable == false { return true }
        if let body = current.body { return body.isStarving }
        return current.writer.isEnded
    }
}
