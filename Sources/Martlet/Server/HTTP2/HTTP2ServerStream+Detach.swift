import HTTPWire
import NIOCore

/// A stream that carries another protocol from now on, by CONNECT (RFC 9113 section 8.5, RFC 8441). Members are called
/// on the loop, unless ``DetachedConnection`` says otherwise.
extension HTTP2ServerStream: DetachedConnection {
    func detach(_ exchange: ServerExchange, writeHeaders: Bool) throws -> DetachedSocket {
        try check(exchange)
        guard exchange.head.method == .connect else { throw HTTPServerError.connectionIsShared }
        guard !isHeadWritten else { throw HTTPServerError.headAlreadySent }
        // The client has ended the stream already, so no tunnel can begin.
        guard let body = exchange.body else { throw HTTPServerError.connectionClosed }
        try openTunnel(exchange, to: body, writeHeaders: writeHeaders)
        return DetachedSocket(self, inbound: body)
    }

    var clock: LoopClock { loop.clock }

    var unsentBytes: Int { output.byteCount }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        moveTunnel(to: receiver)
        loop.executor.turn { stream.move(to: receiver) }
        if connection.shutdown.hasBegun { receiver.serverCloses() }
        continueReading()
    }

    func continueReading() {
        growReceiveWindow()
        connection.growReceiveWindow()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        try sendTunnelled(write)
    }

    func closeOutput() {
        endOutput()
    }

    func closeDetached() {
        closeTunnel()
    }

    func abort() {
        abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
    }
}
