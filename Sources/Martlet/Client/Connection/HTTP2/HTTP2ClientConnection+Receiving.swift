import HTTPTypes
import HTTPWire
import NIOCore
import NIOHTTP2

/// What arrives, on its way to the exchanges that wait for it. All of it is called on the loop.
extension HTTP2ClientConnection {
    /// A window for all responses together that is neither below nor above what the protocol allows.
    var connectionWindow: Int { settings.connectionWindow.asWindow }

    func received(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .headers(let payload):
            received(payload, on: frame.streamID)
        case .data(let payload):
            received(payload, on: frame.streamID)
        case .rstStream(let code):
            if let stream = streams[frame.streamID] { wasReset(stream, HTTPTypes.HTTP2ErrorCode(code)) }
        case .goAway(let last, let code, let data):
            // For people, and not longer than people read.
            let text = data.map { String(decoding: $0.readableBytesView.prefix(200), as: UTF8.self) } ?? ""
            receivedGoAway(last: last, HTTPTypes.HTTP2ErrorCode(code), explanation: text)
        case .settings(.settings(let settings)):
            if let limit = settings.last(where: { $0.parameter == .maxConcurrentStreams })?.value { setCapacity(limit) }
            if let size = settings.last(where: { $0.parameter == .headerTableSize })?.value {
                remembersFields = size <= Self.largestFieldTable
            }
        case .settings(.ack), .ping, .windowUpdate, .priority, .pushPromise, .alternativeService, .origin:
            // NIO's handler has done what is to be done. Nothing is promised to a client that has said it wants none.
            streams[frame.streamID]?.lastProgress = lastArrival
        }
    }

    private func setCapacity(_ capacity: Int) {
        self.capacity = capacity
        guard isPooled, phase == .open else { return }
        for exchange in core.pool.setCapacity(capacity, of: self) { begin(exchange) }
    }

    // MARK: One stream

    private func received(_ payload: HTTP2Frame.FramePayload.Headers, on id: HTTP2StreamID) {
        guard let stream = streams[id] else { return }
        touch(stream)
        stream.exchange.recorder?.received(payload.headers.byteCount)
        do throws(HTTPClientError) {
            switch try stream.reader.receive(payload.headers, isLast: payload.endStream) {
            case .informational(let head):
                receivedInformational(head, stream)
            case .head(let head):
                received(head, stream)
                if payload.endStream { finish(stream, trailers: [:]) }
            case .trailers(let trailers):
                finish(stream, trailers: trailers)
            }
        } catch {
            isMalformed(stream, error)
        }
    }

    private func received(_ payload: HTTP2Frame.FramePayload.Data, on id: HTTP2StreamID) {
        guard let stream = streams[id], case .byteBuffer(let bytes) = payload.data else { return }
        touch(stream)
        stream.exchange.recorder?.received(bytes.readableBytes + Self.frameHeadLength)
        do throws(HTTPClientError) {
            try stream.reader.receive(byteCount: bytes.readableBytes, isLast: payload.endStream)
        } catch {
            return isMalformed(stream, error)
        }
        if bytes.readableBytes > 0 { received(bytes, stream) }
        if payload.endStream { finish(stream, trailers: [:]) }
    }

    private func touch(_ stream: HTTP2ClientStream) {
        stream.lastProgress = lastArrival
        guard !stream.isTouched else { return }
        stream.isTouched = true
        touched.append(stream)
    }

    private func receivedInformational(_ head: ResponseHead, _ stream: HTTP2ClientStream) {
        stream.exchange.note { $0.hasAnswer = true }
        if head.statusCode == 100 { sendAfterContinue(stream) }
        stream.exchange.onInformational?(head.status, head.fields.makeHTTPFields())
    }

    private func received(_ head: ResponseHead, _ stream: HTTP2ClientStream) {
        stream.exchange.note { $0.hasAnswer = true }
        stream.exchange.recorder?.receivedHead()
        stream.head = head
        // The server has made up its mind without the rest of the request. One that answers with success while it reads
        // may want the rest; every other is spared it.
        if stream.isSending, stream.awaitsContinue || head.statusCode >= 300 { stream.stopSending() }
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
        let window = max(streamWindow, 2)
        let body = BodyStream(
            eventLoop: loop.eventLoop,
            announcedLength: head.framing.announcedLength,
            // What is behind it comes from the other half, while the reader reads this one.
            capacity: window / 2
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
        guard forget(stream) else { return }
        if !stream.hasSentEnd {
            // The server has answered without the rest of the request, and does not want it.
            stream.stopSending()
            write(.rstStream(.noError), on: stream.id)
            scheduleFlush()
        }
        stream.exchange.ended()
        stream.exchange.recorder?.ended()
        stream.body?.finish(trailers: trailers)
        // Before the response is handed over, so that the next request finds the room.
        streamEnded()
        if !stream.isDelivered, let head = stream.head {
            let isEmpty = stream.firstBytes == nil && trailers.isEmpty
            let body = isEmpty ? nil : WholeBody(stream.firstBytes ?? ByteBuffer(), trailers: trailers)
            stream.exchange.deliver(IncomingResponse(head: head, body: body, connection: self))
        }
    }

    private func isMalformed(_ stream: HTTP2ClientStream, _ error: HTTPClientError) {
        deliverBegun(stream)
        end(stream, with: error, code: .protocolError)
    }

    /// What has been read of the socket is handed on at once, so that each reader wakes once.
    func wakeTouched() {
        guard !touched.isEmpty else { return }
        let woken = touched
        touched.removeAll(keepingCapacity: true)
        for stream in woken {
            stream.isTouched = false
            guard streams[stream.id] === stream else { continue }
            deliverBegun(stream)
            stream.body?.wake()
        }
    }

    // MARK: Windows

    func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent) {
        guard let window = event.inboundWindowSize else { return }
        if event.streamID == .rootStream {
            guard window <= connectionWindow / 2, phase != .closed else { return }
            write(.windowUpdate(windowSizeIncrement: connectionWindow - window), on: .rootStream)
            scheduleFlush()
        } else if let stream = streams[event.streamID] {
            guard window != stream.inboundWindow else { return }
            stream.inboundWindow = window
            openWindow(of: stream)
        }
    }

    /// Lets the server send as much as the reader has made room for, unless that is little.
    func openWindow(of stream: HTTP2ClientStream) {
        guard streams[stream.id] === stream, !stream.reader.isEnded, stream.body?.wantsBytes ?? true else { return }
        let waiting = stream.body?.bufferedBytes ?? stream.firstBytes?.readableBytes ?? 0
        let increment = streamWindow - stream.inboundWindow - waiting
        guard increment >= streamWindow / 4, increment > 0 else { return }
        write(.windowUpdate(windowSizeIncrement: increment), on: stream.id)
        scheduleFlush()
    }
}

extension Int {
    /// The number as a window that flow control allows (RFC 9113 section 6.9.1).
    var asWindow: Int { Swift.min(Swift.max(self, HTTP2ClientConnection.defaultWindow), Int(Int32.max)) }
}
