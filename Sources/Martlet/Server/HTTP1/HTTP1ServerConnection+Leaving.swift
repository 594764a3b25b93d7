import NIOCore
import Synchronization

/// How a connection is left to another protocol: to the handler's, or to HTTP/2. Members are called on the loop, except
/// ``info``.
extension HTTP1ServerConnection: DetachedConnection {
    var clock: LoopClock { loop.clock }

    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket {
        guard state.isOpen, self.exchange === exchange else { throw HTTPServerError.responseEnded }
        guard !isHeadWritten else { throw HTTPServerError.headAlreadySent }
        try exchange.withDraft { (draft) throws(HTTPServerError) in
            // The client decides what can be switched to (RFC 9110 section 7.8).
            if writeHeaders, draft.status == .switchingProtocols, !exchange.asksForUpgrade { throw .invalidStatus(101) }
            if writeHeaders { try writeUpgradeHead(draft) }
            draft.isHeadSent = true
        }
        // The stream may hold the connection, as its reader does: a weak reference would make each use of the connection
        // slower from then on.
        let stream = BodyStream(eventLoop: loop.eventLoop, announcedLength: nil) { self.continueReading() }
        let rest = leave(to: stream)
        if rest.readableBytes > 0 { stream.push(rest) }
        if channel.hasPeerClosed { stream.finish(trailers: [:]) }
        exchange.body?.discard()
        reportCompletion()
        flushSoon()
        continueReading()
        return DetachedSocket(self, inbound: stream)
    }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        state.moveReceiver(to: receiver)
        loop.executor.turn { stream.move(to: receiver) }
        if loop.isClosing { tellReceivers() }
        continueReading()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard receiver != nil, context != nil else { throw HTTPServerError.connectionClosed }
        try write(&channel.output)
        if channel.output.byteCount >= OutputBuffer.copyLimit * 2 { flushOutput() } else { flushSoon() }
        return channel.isWritable
    }

    /// The addresses of the connection; nil once it is closed. Can be read from anywhere.
    var info: HTTPConnectionInfo? {
        openConnection.withLock { $0 }?.info
    }

    // MARK: HTTP/2

    /// Passes the connection, and what has arrived on it, to HTTP/2.
    func becomeHTTP2() {
        guard state.isOpen, let context else { return }
        let proxied = openConnection.withLock { $0?.proxied }
        let successor = HTTP2ServerConnection(loop: loop, security: security, proxied: proxied)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(successor, position: .after(self))
        } catch {
            return abort()
        }
        let bytes = leave(to: nil)
        count(as: nil)
        openConnection.withLock { $0 = nil }
        // Only after the successor was added: a loop without connections may be done.
        loop.remove(self)
        channel.removed()
        // Before the successor gets its first bytes: channel events meanwhile, such as its closing, would end up here.
        pipeline.removeHandler(self, promise: nil)
        if bytes.readableBytes > 0, successor.context != nil {
            successor.channelRead(bytes)
            successor.channelReadComplete()
        }
        if channel.isReadHeldBack { successor.context?.read() }
    }
}
