import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// Processing frames. Members are called on the loop.
extension HTTP2ServerConnection: HTTP2Connection {
    var now: NIODeadline { loop.now }

    var logger: Logger { loop.settings.configuration.logger }

    var unreadBytes: Int { multiplexer.streams.values.reduce(0) { $0 + $1.unreadBytes } }

    func take(_ step: HTTP2Multiplexer<HTTP2ServerStream>.Step) throws(HTTP2Error) {
        switch step {
        case .open(let number, let block, let endsStream):
            try receiveRequest(number, block, endsStream)
        case .headers(let stream, let block, let endsStream):
            try stream.receiveTrailers(block, endsStream: endsStream)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            try stream.receive(bytes, flowBytes: flowBytes, endsStream: endsStream)
        case .reset(let stream, _):
            stream.resetByPeer()
        case .settings(let old):
            limitTable(insteadOf: old)
            resumeSending()
        case .pingAcknowledged(let opaque):
            if opaque == Self.goAwayPing { announceLastStream() }
        case .goAway:
            clientLeaves()
        case .abandon(let stream, let error):
            stream.abandon(with: error.code, notice: HTTPBodyError.connectionClosed)
        case .close(let error):
            close(with: error)
        case .needsMoreBytes, .proceed, .dropped, .resumeSending, .ping, .refuse:
            break
        }
    }

    // MARK: Requests

    private func receiveRequest(_ number: UInt32, _ block: ByteBuffer, _ endsStream: Bool) throws(HTTP2Error) {
        state.timing.beganRequest(at: loop.now)
        switch try multiplexer.decoder.decodeRequest(block, stream: number, endsStream: endsStream) {
        case .message(let head):
            begin(number, head, endsStream)
        case .malformed(let error):
            throw error
        case .refused(let error):
            refuse(number, error, endsStream)
            multiplexer.abandonedStream(now: now)
        }
    }

    private func begin(_ number: UInt32, _ head: RequestHead, _ endsStream: Bool) {
        let settings = loop.settings
        let isLast = beganRequest()
        let exchange = open(number, head, endsStream).begin(head, settings)
        multiplexer.handlerStarted()
        if isLast { beginGoAway() }
        loop.deliver(exchange)
    }

    private func open(_ number: UInt32, _ head: RequestHead?, _ endsStream: Bool) -> HTTP2ServerStream {
        let stream = HTTP2ServerStream(number, head, endsStream: endsStream, connection: self)
        open(stream)
        return stream
    }

    /// Answers a malformed request.
    private func refuse(_ number: UInt32, _ error: HTTPParseError, _ endsStream: Bool) {
        loop.settings.configuration.logger.debug("Refused a request: \(error)")
        guard loop.takesRefusals, let head = multiplexer.decoder.refusedRequest else {
            return open(number, nil, endsStream).refuse(error)
        }
        let refusal = HTTPError(error.status, "\(error)")
        let exchange = open(number, head, endsStream).begin(head, loop.settings, refusal: refusal)
        multiplexer.handlerStarted()
        loop.deliver(exchange)
    }
}
