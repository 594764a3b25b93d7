import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What arrives, on its way to the exchanges that wait for it. All of it is called on the loop.
extension HTTP2ClientConnection: HTTP2Connection {
    var isActive: Bool { phase == .open || phase == .leaving }

    var now: NIODeadline { lastArrival }

    var logger: Logger { core.configuration.logger }

    // MARK: The connection

    func receivedSettings(insteadOf old: HTTP2Settings) {
        if peer.headerTableSize != old.headerTableSize { encoder.limitTable(to: peer.headerTableSize) }
        if let capacity = peer.maximumConcurrentStreams, capacity != old.maximumConcurrentStreams {
            setCapacity(capacity)
        }
    }

    private func setCapacity(_ capacity: Int) {
        self.capacity = capacity
        guard isPooled, phase == .open else { return }
        for exchange in core.pool.setCapacity(capacity, of: self) { begin(exchange) }
    }

    func receivedSettingsAcknowledgement() {}

    func receivedPing(_ opaque: UInt64) {}

    func receivedGoAway(lastStream: UInt32, _ code: UInt32, text: ByteBuffer) {
        // For people, and not longer than people read.
        let explanation = String(decoding: text.readableBytesView.prefix(200), as: UTF8.self)
        receivedGoAway(last: lastStream, HTTP2ErrorCode(rawValue: code), explanation: explanation)
    }

    /// What one response that nobody reads holds back is none of the others' business.
    var unreadBytes: Int { 0 }

    // MARK: One stream

    func receiveHeaders(
        _ number: UInt32,
        _ block: ByteBuffer,
        _ endsStream: Bool,
        violation: HTTP2Error?
    ) throws(HTTP2Error) {
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "HEADERS on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard let stream = streams[number] else {
            try decoder.skip(block)
            switch history.end(of: number) {
            case .resetHere:
                return try noteControlFrame()
            case .ended:
                throw HTTP2Error(.streamClosed, "HEADERS on a stream that has ended (RFC 9113 section 5.1)")
            case .resetByPeer, nil:
                throw HTTP2Error(.streamClosed, stream: number, "HEADERS on a closed stream (RFC 9113 section 5.1)")
            }
        }
        if let violation {
            try decoder.skip(block)
            throw violation
        }
        touch(stream)
        floodGuard.credit()
        stream.exchange.recorder?.received(block.readableBytes + Self.frameHeadLength)
        switch try stream.reader.receive(block, endsStream: endsStream, decoder: &decoder) {
        case .informational(let head):
            receivedInformational(head, stream)
        case .head(let head):
            received(head, stream)
            if endsStream { finish(stream, trailers: [:]) }
        case .trailers(let trailers):
            finish(stream, trailers: trailers)
        }
    }

    func receive(
        _ bytes: ByteBuffer,
        flowBytes: Int,
        endsStream: Bool,
        _ stream: HTTP2ClientStream
    ) throws(HTTP2Error) {
        touch(stream)
        stream.exchange.recorder?.received(flowBytes + Self.frameHeadLength)
        try stream.receiveWindow.receive(flowBytes, stream: stream.number)
        try stream.reader.receive(byteCount: bytes.readableBytes, endsStream: endsStream)
        if bytes.readableBytes > 0 {
            floodGuard.credit(bytes.readableBytes)
            received(bytes, stream)
        }
        if endsStream {
            finish(stream, trailers: [:])
        } else {
            openWindow(of: stream)
        }
    }

    func receiveReset(_ stream: HTTP2ClientStream, _ code: UInt32) throws(HTTP2Error) {
        wasReset(stream, HTTP2ErrorCode(rawValue: code))
    }

    private func touch(_ stream: HTTP2ClientStream) {
        stream.lastProgress = lastArrival
        arrivals += 1
        guard !stream.isTouched else { return }
        stream.isTouched = true
        touched.append(stream)
    }

    private func receivedInformational(_ head: ResponseHead, _ stream: HTTP2ClientStream) {
        let limit = core.configuration.maximumInformationalResponses
        guard stream.reader.informationalCount <= limit else {
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
        stream.head = head
        // The server has made up its mind without the rest of the request. One that answers with success while it reads
        // may want the rest; every other is spared it.
        if stream.sending == .open, stream.awaitsContinue || head.statusCode >= 300 { stream.stopSending() }
    }

    private func received(_ bytes: ByteBuffer, _ stream: HTTP2ClientStream) {
        if let body = stream.body {
            body.push(bytes)
        } else if stream.firstBytes == nil {
            stream.firstBytes = bytes
        } else {
            deliverBegun(stream)
            stream.body?.push(bytes)
        }
    }

    /// Hands a response over although its content is not complete.
    func deliverBegun(_ stream: HTTP2ClientStream) {
        guard !stream.isDelivered, let head = stream.head else { return }
        let body = BodyStream(
            eventLoop: loop.eventLoop,
            announcedLength: head.framing.announcedLength,
            // What is behind it comes from the other half, while the reader reads this one.
            capacity: streamWindow / 2
        ) { [weak self, weak stream] in
            if let self, let stream { self.openWindow(of: stream) }
        }
        if let bytes = stream.firstBytes { body.push(bytes) }
        stream.body = body
        stream.firstBytes = nil
        stream.head = nil
        stream.isDelivered = true
        let source = ConnectionBody(body, of: stream.exchange, on: self)
        stream.exchange.deliver(IncomingResponse(head: head, body: source, connection: self))
    }

    /// The response is complete.
    private func finish(_ stream: HTTP2ClientStream, trailers: HTTPFields) {
        if stream.hasSentEnd {
            guard forget(stream, .ended) else { return }
        } else {
            // The server has answered without the rest of the request, and does not want it.
            guard forget(stream, .resetHere) else { return }
            stream.stopSending()
            writeReset(stream.number, .noError)
        }
        stream.exchange.ended()
        stream.exchange.recorder?.ended()
        // Before the end is handed over, so that the next request finds the room.
        streamEnded()
        stream.body?.finish(trailers: trailers)
        if !stream.isDelivered, let head = stream.head {
            let isEmpty = stream.firstBytes == nil && trailers.isEmpty
            let body = isEmpty ? nil : WholeBody(stream.firstBytes ?? ByteBuffer(), trailers: trailers)
            stream.exchange.deliver(IncomingResponse(head: head, body: body, connection: self))
        }
    }

    /// What has been read of the socket is handed on at once, so that each reader wakes once.
    func wakeTouched() {
        guard !touched.isEmpty else { return }
        let woken = touched
        touched.removeAll(keepingCapacity: true)
        for stream in woken {
            stream.isTouched = false
            guard streams[stream.number] === stream else { continue }
            deliverBegun(stream)
            stream.body?.wake()
        }
    }

    /// Lets the server send as much as the reader has made room for, unless that is little.
    private func openWindow(of stream: HTTP2ClientStream) {
        guard streams[stream.number] === stream, stream.receiveWindow.isLow, stream.body?.wantsBytes ?? true else {
            return
        }
        let waiting = stream.body?.bufferedBytes ?? stream.firstBytes?.readableBytes ?? 0
        guard let increment = stream.receiveWindow.grow(unread: waiting) else { return }
        channel.output.tail.writeHTTP2WindowUpdate(stream: stream.number, increment: increment)
        flushSoon()
    }
}
