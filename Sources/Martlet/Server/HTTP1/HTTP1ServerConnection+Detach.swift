import NIOCore
import Synchronization

/// Detaching the connection. Members are called on the loop, except ``info``.
extension HTTP1ServerConnection: DetachedConnection {
    var eventLoop: any EventLoop { loop.eventLoop }

    var isWritable: Bool { channel.isWritable || context == nil }

    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket {
        guard isOpen, self.exchange === exchange else { throw HTTPServerError.responseEnded }
        guard !writer.isHeadWritten else { throw HTTPServerError.headAlreadySent }
        try exchange.withDraft { (draft) throws(HTTPServerError) in
            // The client decides what can be switched to (RFC 9110 section 7.8).
            if writeHeaders, draft.status == .switchingProtocols, !exchange.asksForUpgrade { throw .invalidStatus(101) }
            if writeHeaders { try writer.writeUpgradeHead(draft, loop.headConstants, into: &channel.output) }
            draft.isHeadSent = true
        }
        let stream = BodyStream(eventLoop: loop.eventLoop, announcedLength: nil) { [weak self] in
            self?.continueReading()
        }
        let rest = leave(as: .detached(stream))
        if rest.readableBytes > 0 { stream.push(rest) }
        if channel.hasPeerClosed { stream.finish(trailers: [:]) }
        exchange.body?.discard()
        reportCompletion()
        flushSoon()
        continueReading()
        return DetachedSocket(self, inbound: stream)
    }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        if case .detached = phase { phase = .detached(receiver) }
        loop.executor.turn { stream.move(to: receiver) }
        if machine.persistence == .serverCloses { serverCloses(force: false) }
        continueReading()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard case .detached = phase, context != nil else { throw HTTPServerError.connectionClosed }
        try write(&channel.output)
        if channel.output.byteCount >= OutputBuffer.copyLimit * 2 { flushOutput() } else { flushSoon() }
        return channel.isWritable
    }

    /// Closes when the socket has accepted everything.
    func closeDetached() {
        guard case .detached = phase, let context else { return }
        flushOutput()
        context.whenSent { self.abort() }
    }

    func closeOutput() {
        channel.closedOutput()
        flushOutput()
        context?.close(mode: .output, promise: nil)
    }

    /// The addresses of the connection; nil once it is closed. Can be read from anywhere.
    var info: HTTPConnectionInfo? {
        openChannel.withLock { $0 }.map { HTTPConnectionInfo($0) }
    }
}
