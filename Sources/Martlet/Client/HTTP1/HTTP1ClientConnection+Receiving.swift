import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What arrives, on its way to the exchange that waits for it. All of it is called on the loop.
extension HTTP1ClientConnection {
    /// How many bytes of a response wait for their reader before the socket is no longer read: enough to keep a
    /// download going while its reader is busy.
    private static let bodyCapacity = 262_144

    /// A body's reader wakes once for all that is read at a time.
    func deliverArrivals() {
        if case .detached(let stream) = phase { stream.wake() } else { current?.response.body?.wake() }
    }

    func advance() -> Bool {
        guard let current else {
            // What arrives before an HTTP/2 connection has taken this one's place is for that one. With TLS it arrives
            // after the handshake, which the change follows at once; the server can't have sent anything earlier.
            if key.version == .http2, !key.isSecure, !isPooled { return false }
            if case .open = phase, case .failed = reader.next() {
                if failure == nil { failure = security == nil && key.isSecure ? earlyBytes : .unsolicitedResponse }
                core.configuration.logger.debug(
                    "\(HTTPClientError.unsolicitedResponse)",
                    metadata: ["host": "\(key.host)"]
                )
                abort()
            }
            return false
        }
        guard current.drain != nil || current.response.wantsBytes else { return false }
        switch reader.next() {
        case .informational(let head):
            receivedInformational(head, current.exchange)
            return true
        case .head(let head):
            received(head)
            return self.current != nil
        case .content(let bytes):
            received(bytes)
            return true
        case .end(let trailers):
            finish(trailers: trailers)
            return true
        case .needsMoreBytes:
            deliverBegun()
            return false
        case .failed(let failure):
            fail(failure)
            return false
        }
    }

    private func received(_ head: ResponseHead) {
        guard let exchange = current?.exchange else { return }
        exchange.note { $0.hasAnswer = true }
        exchange.recorder?.receivedHead()
        let opens = head.statusCode == 101 || (exchange.request.method == .connect && head.statusCode < 300)
        if opens, !exchange.opensTunnel {
            if head.statusCode == 101, exchange.request.fields?[.upgrade] == nil {
                end(with: HTTPClientError.unexpectedUpgrade)
            } else {
                detach(head)
            }
            return
        }
        current?.response.receive(head)
        // A tunnel is one whatever version of HTTP the proxy speaks (RFC 9110 section 9.3.6).
        let isTunnel = exchange.opensTunnel && (200...299).contains(head.statusCode)
        if !head.isPersistent, !isTunnel { current?.mayReuse = false }
        guard let writer = current?.writer, !writer.isEnded else { return }
        // The server has made up its mind without the rest of the request (RFC 9112 section 9.5). One that answers
        // with success while it reads may want the rest; every other is spared it.
        if current?.awaitsContinue == true || head.statusCode >= 300 || !head.isPersistent {
            stopSending()
        }
    }

    private func received(_ bytes: ByteBuffer) {
        if let drain = current?.drain {
            let allowance = drain.allowance - bytes.readableBytes
            current?.drain?.allowance = allowance
            if allowance < 0 { abort() }
        } else {
            deliver(current?.response.receive(bytes, makeBody))
        }
    }

    /// Delivers the response although its content is not complete.
    private func deliverBegun() {
        deliver(current?.response.needsMore(makeBody))
    }

    private func deliver(_ delivery: ResponseInbox.Delivery?) {
        guard let delivery, let exchange = current?.exchange else { return }
        deliver(delivery, to: exchange)
    }

    private func makeBody(announcedLength: Int?) -> BodyStream {
        BodyStream(eventLoop: loop.eventLoop, announcedLength: announcedLength, capacity: Self.bodyCapacity) {
            self.process()
        }
    }

    /// The response is complete.
    private func finish(trailers: HTTPFields) {
        guard var ended = current else { return }
        if !ended.writer.isEnded { stopSending() }
        let isReusable = current?.mayReuse == true && reader.isIdle && hasSent(ended)
        current = nil
        ended.exchange.ended()
        ended.exchange.recorder?.ended()
        if ended.exchange.opensTunnel {
            // The tunnel's end is whoever made it; what the proxy says of its connection is no longer about it.
        } else if !isReusable {
            abort()
        } else {
            // Before the end is handed over, so that the next request finds the connection.
            release()
        }
        if let delivery = ended.response.complete(trailers: trailers) { deliver(delivery, to: ended.exchange) }
    }

    /// Whether the socket has taken the whole request: the next one would have to wait behind what is only queued, for
    /// ever if the server does not read it.
    private func hasSent(_ ended: Current) -> Bool {
        guard ended.writer.isEnded, channel.output.isEmpty else { return false }
        // Without content there is next to nothing that could be queued, and asking costs something.
        return ended.exchange.request.framing == .none && context?.channel.isWritable == true || unsentBytes == 0
    }

    /// The response will not become complete.
    private func fail(_ failure: HTTP1ResponseReader.Failure) {
        switch failure {
        case .closedBeforeHead(let afterFirstByte):
            if afterFirstByte { current?.exchange.note { $0.hasAnswer = true } }
            end(with: self.failure ?? HTTPClientError.connectionClosed)
        case .closedInContent:
            deliverBegun()
            end(with: HTTPBodyError.connectionClosed)
        case .malformed(let error):
            deliverBegun()
            let isDelivered = current?.response.isDelivered == true
            end(with: isDelivered ? HTTPBodyError.malformed(error) : HTTPClientError.malformedResponse(error))
        case .tooManyInformational:
            let limit = core.configuration.maximumInformationalResponses
            end(with: HTTPClientError.tooManyInformationalResponses(limit: limit))
        case .unsolicited:
            abort()
        }
    }
}
