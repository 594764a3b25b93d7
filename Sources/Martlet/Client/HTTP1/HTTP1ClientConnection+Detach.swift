import HTTPWire
import NIOCore
import Synchronization

/// Handing the connection to somebody else. Called on the loop, unless it says otherwise.
extension HTTP1ClientConnection: DetachedConnection {
    var eventLoop: any EventLoop { loop.eventLoop }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    /// The server has switched to another protocol: what follows is for whoever detaches the socket.
    func detach(_ head: ResponseHead) {
        guard let exchange = current?.exchange else { return }
        let stream = BodyStream(eventLoop: loop.eventLoop, announcedLength: nil) { [weak self] in
            self?.continueReading()
        }
        stopSending()
        leavePool()
        let rest = reader.takeRemaining()
        if rest.readableBytes > 0 { stream.push(rest) }
        current = nil
        phase = .detached(stream)
        detachedExchange = exchange
        exchange.ended()
        exchange.recorder?.ended()
        let body = ConnectionBody(stream, of: exchange, on: self, detachable: self)
        exchange.deliver(IncomingResponse(head: head, body: body, connection: identity))
    }

    /// Makes room for another connection: this one is no longer the client's.
    private func leavePool() {
        guard isPooled else { return }
        isPooled = false
        core.pool.closed(self)
    }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        if case .detached = phase { phase = .detached(receiver) }
        stream.move(to: receiver)
        continueReading()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard case .detached = phase, let context else { throw HTTPClientError.connectionClosed }
        try write(&channel.output)
        flushOutput()
        return context.channel.isWritable
    }

    /// Closes when the socket has taken everything.
    func closeDetached() {
        guard case .detached = phase, let context else { return }
        flushOutput()
        context.whenSent { self.abort() }
    }

    func closeOutput() {
        channel.closedOutput()
        context?.close(mode: .output, promise: nil)
    }

    /// Waits until the peer has taken enough of what was written. Called from anywhere.
    func waitUntilWritable() async throws {
        try await writability.wait { self.isWritable }
    }
}
