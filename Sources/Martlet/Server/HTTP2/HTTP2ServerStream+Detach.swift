import HTTPWire
import NIOCore

/// A stream that carries another protocol from now on, by CONNECT (RFC 9113 section 8.5, RFC 8441). Members are called
/// on the loop, unless ``DetachedConnection`` says otherwise.
extension HTTP2ServerStream: DetachedConnection {
    /// How long the client may take to end its side once all of this side has been sent.
    static let closingTime = TimeAmount.seconds(2)

    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket {
        try check(exchange)
        guard exchange.head.method == .connect else { throw HTTPServerError.connectionIsShared }
        guard !writer.isHeadWritten else { throw HTTPServerError.headAlreadySent }
        // The client has ended the stream already, so no tunnel can begin.
        guard let body = exchange.body else { throw HTTPServerError.connectionClosed }
        if writeHeaders {
            try exchange.withDraft { (draft) throws(HTTPServerError) in
                writer.opensTunnel = true
                try writer.flush(draft, loop.headConstants, into: &connection.scratch)
                draft.isHeadSent = true
            }
            sendWritten()
        }
        self.exchange = nil
        reportCompletion()
        receiver = body
        return DetachedSocket(self, inbound: body)
    }

    var eventLoop: any EventLoop { loop.eventLoop }

    var unsentBytes: Int { queue.byteCount }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        if self.receiver != nil { self.receiver = receiver }
        loop.executor.turn { stream.move(to: receiver) }
        if connection.farewell != .none { receiver.serverCloses() }
        continueReading()
    }

    func continueReading() {
        growReceiveWindow()
        connection.growReceiveWindow()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard receiver != nil, !isBroken, !isTunnelFinished else { throw HTTPServerError.connectionClosed }
        try write(&connection.scratch)
        connection.scratch.drain {
            queue.append($0)
        } writeContent: {
            queue.append($0)
        }
        connection.scratch.reset()
        connection.send(self)
        isTunnelFull = !isWritable
        return !isTunnelFull
    }

    /// The client has taken enough of what was written.
    func tunnelHasRoom() {
        isTunnelFull = false
        // Not at once: whoever writes now would begin another turn of sending within the present one.
        loop.executor.atEndOfTurn { [weak self] in self?.receiver?.becameWritable() }
    }

    func closeOutput() {
        isTunnelFinished = true
        connection.send(self)
    }

    func closeDetached() {
        closeOutput()
        isTunnelClosed = true
    }

    func abort() {
        abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
    }
}
