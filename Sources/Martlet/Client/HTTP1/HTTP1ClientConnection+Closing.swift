import CLibrary
import HTTPTypes
import HTTPWire
import NIOCore
import NIOSSL
import Synchronization

/// How exchanges are cut short, and how a connection ends. All of it is called on the loop, unless it says otherwise.
extension HTTP1ClientConnection {
    /// Ends the present exchange with an error, and the connection with it.
    func end(with error: any Error) {
        guard var failed = current else { return abort() }
        current = nil
        failed.exchange.ended()
        failed.exchange.recorder?.ended(error)
        // Before the error is told, so that whoever hears of it finds no connection.
        reset()
        failed.response.fail(error)
        failed.exchange.connectionFailed(error)
    }

    /// Tears the connection down in a way that tells the server that its answer is not waited for: to close in good
    /// order says only that nothing more is sent, and the client may still wait.
    private func reset() {
        guard let context else { return }
        let atOnce = linger(l_onoff: 1, l_linger: 0)
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(atOnce)
        // Past TLS, whose goodbye would be waited for.
        let security = try? context.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
        (security ?? context).close(promise: nil)
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

    /// Another connection goes on in this channel.
    func leaveToSuccessor() {
        phase = .closed
        channel.removed()
        openChannel.withLock { $0 = nil }
        loop.remove(self)
    }

    func becomeClosed() {
        let wasClosed: Bool
        switch phase {
        case .open:
            wasClosed = false
        case .detached(let stream):
            wasClosed = false
            if channel.hasEndedInOrder {
                // The peer has finished too, which ends the channel without another word.
                stream.finish()
            } else {
                stream.fail(HTTPClientError.connectionClosed)
            }
        case .closed:
            wasClosed = true
        }
        phase = .closed
        channel.removed()
        endHandshake(.failure(failure ?? HTTPClientError.connectionClosed))
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

    /// Whether it is the server's turn: to answer, to go on with the content, or to take what is sent to it.
    func isWaitingForServer(_ current: Current) -> Bool {
        if context?.channel.isWritable == false { return true }
        if let body = current.response.body { return body.isStarving }
        return current.writer.isEnded
    }
}
