import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// Receiving frames and delivering them to the exchanges. Members are called on the loop.
extension HTTP2ClientConnection: HTTP2Connection {
    /// Whether frames are accepted and sent.
    var isActive: Bool { phase == .open || phase == .leaving }

    var now: NIODeadline { arrivals.last }

    var logger: Logger { core.configuration.logger }

    /// An unread response has its own window, and does not hold up the others.
    var unreadBytes: Int { 0 }

    func take(_ step: HTTP2Multiplexer<HTTP2ClientStream>.Step) throws(HTTP2Error) {
        switch step {
        case .headers(let stream, let block, let endsStream):
            try receiveHeaders(stream, block, endsStream)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            try receive(bytes, flowBytes: flowBytes, endsStream: endsStream, stream)
        case .reset(let stream, let code):
            wasReset(stream, code)
        case .settings(let old):
            receivedSettings(replacing: old)
            resumeSending()
        case .goAway(let lastStream, let code, let text):
            // For people to read, so not too long.
            let explanation = String(decoding: text.readableBytesView.prefix(200), as: UTF8.self)
            receivedGoAway(last: lastStream, code, explanation: explanation)
        case .abandon(let stream, let error):
            abandon(stream, error)
        case .close(let error):
            close(with: error)
        case .needsMoreBytes, .proceed, .open, .dropped, .resumeSending, .ping, .pingAcknowledged, .refuse:
            break
        }
    }

    // MARK: The connection

    private func receivedSettings(replacing old: HTTP2Settings) {
        let settings = multiplexer.peerSettings
        if settings.headerTableSize != old.headerTableSize { encoder.limitTable(to: settings.headerTableSize) }
        if let capacity = settings.maximumConcurrentStreams, capacity != old.maximumConcurrentStreams {
            setCapacity(capacity)
        }
    }

    private func setCapacity(_ capacity: Int) {
        self.capacity = capacity
        guard isPooled, phase == .open else { return }
        for exchange in core.pool.setCapacity(capacity, of: self) { begin(exchange) }
    }

    // MARK: One stream

    private func receiveHeaders(
        _ stream: HTTP2ClientStream,
        _ block: ByteBuffer,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        touch(stream)
        stream.exchange.recorder?.received(block.readableBytes + Self.frameHeadLength)
        switch try stream.input.receive(block, endsStream: endsStream, decoder: &multiplexer.decoder) {
        case .informational(let head):
            receivedInformational(head, stream)
        case .head(let head):
            received(head, stream)
            if endsStream { finish(stream, trailers: [:]) }
        case .trailers(let trailers):
            finish(stream, trailers: trailers)
        }
    }

    private func receive(
        _ bytes: ByteBuffer,
        flowBytes: Int,
        endsStream: Bool,
        _ stream: HTTP2ClientStream
    ) throws(HTTP2Error) {
        touch(stream)
        stream.exchange.recorder?.received(flowBytes + Self.frameHeadLength)
        try stream.input.receive(byteCount: bytes.readableBytes, flowBytes: flowBytes, endsStream: endsStream)
        if bytes.readableBytes > 0 { received(bytes, stream) }
        if endsStream {
            finish(stream, trailers: [:])
        } else {
            openWindow(of: stream)
        }
    }

    private func touch(_ stream: HTTP2ClientStream) {
        stream.progressed(at: now)
        arrivals.receivedFrame()
        if stream.touch() { touched.append(stream) }
    }

    private func receivedInformational(_ head: ResponseHead, _ stream: HTTP2ClientStream) {
        let limit = core.configuration.maximumInformationalResponses
        guard stream.input.informationalCount <= limit else {
            return end(
                stream,
                with: HTTPClientError.tooManyInformationalResponses(limit: limit),
                code: .enhanceYourCalm
            )
        }
        stream.exchange.note { $0.hasAnswer = true }
        if head.statusCode == 100 { sendAfterContinue(stream) }
        core.configuration.onInformationalHead?(head)
        stream.exchange.onInformational?(head.status, head.fields.makeHTTPFields())
    }

    private func received(_ head: ResponseHead, _ stream: HTTP2ClientStream) {
        stream.exchange.note { $0.hasAnswer = true }
        stream.exchange.recorder?.receivedHead()
        stream.response.receive(head)
        // The server has answered without the rest of the request. If it answers with success while it is reading, it
        // may want the rest; otherwise it is not sent.
        if stream.output.isOpen, stream.awaitsContinue || head.statusCode >= 300 { stream.stopSending() }
    }

    private func received(_ bytes: ByteBuffer, _ stream: HTTP2ClientStream) {
        let delivery = stream.response.receive(bytes) { makeBody(of: stream, announcedLength: $0) }
        if let delivery { deliver(delivery, to: stream.exchange) }
    }

    /// Delivers a response although its content is not complete.
    func deliverBegun(_ stream: HTTP2ClientStream) {
        let delivery = stream.response.needsMore { makeBody(of: stream, announcedLength: $0) }
        if let delivery { deliver(delivery, to: stream.exchange) }
    }

    private func makeBody(of stream: HTTP2ClientStream, announcedLength: Int?) -> BodyStream {
        // What is behind the capacity comes from the other half, while the reader reads this one.
        BodyStream(eventLoop: loop.eventLoop, announcedLength: announcedLength, capacity: streamWindow / 2) {
            [weak self, weak stream] in
            if let self, let stream { self.openWindow(of: stream) }
        }
    }

    /// The response is complete.
    private func finish(_ stream: HTTP2ClientStream, trailers: HTTPFields) {
        if stream.output.isEnded {
            guard forget(stream, .ended) else { return }
        } else {
            // The server has answered without the rest of the request, and does not want it.
            guard forget(stream, .resetHere) else { return }
            stream.stopSending()
            writeReset(stream.number, .noError)
        }
        stream.exchange.ended()
        stream.exchange.recorder?.ended()
        // Before the end is delivered, so that the next request finds the room.
        streamEnded()
        if let delivery = stream.response.complete(trailers: trailers) { deliver(delivery, to: stream.exchange) }
    }

    /// Delivers everything from one read of the socket at once, so that each reader wakes once.
    func wakeTouched() {
        guard !touched.isEmpty else { return }
        let woken = touched
        touched.removeAll(keepingCapacity: true)
        for stream in woken {
            stream.endTouch()
            guard multiplexer.streams[stream.number] === stream else { continue }
            deliverBegun(stream)
            stream.response.body?.wake()
        }
    }

    /// Grows the server's window by what the reader has made room for, unless that is little.
    private func openWindow(of stream: HTTP2ClientStream) {
        guard multiplexer.streams[stream.number] === stream else { return }
        let increment = stream.input.growWindow(
            isWanted: stream.response.wantsBytes,
            unread: stream.response.bufferedBytes
        )
        guard let increment else { return }
        channel.output.tail.writeHTTP2WindowUpdate(stream: stream.number, increment: increment)
        flushSoon()
    }
}
