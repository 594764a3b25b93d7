import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL

/// One connection of a client that speaks HTTP/1: the only handler in its channel's pipeline, but for TLS in front of
/// it. Every connection begins as one, until it is known to speak HTTP/2.
///
/// Requests go through the ``HTTP1RequestWriter`` to the socket, and responses through the ``HTTP1ResponseReader`` to
/// the exchange that waits for them. Exchanges follow one another, as the ``HTTP1ClientMachine`` allows.
final class HTTP1ClientConnection: ClientConnection, ChannelConnection, RemovableChannelHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so. What is marked as unchecked is
    // changed only by calls that do not call back here.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The request that is being answered.
    private struct Current {
        let exchange: ClientExchange
        var writer: HTTP1RequestWriter
        var response = ResponseInbox()
    }

    /// How many unread bytes of a response are buffered before the socket is no longer read: enough to keep a download
    /// going while its reader is busy.
    private static let bodyCapacity = 262_144

    let identity: ConnectionIdentity
    private(set) var failure: HTTPClientError?
    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) private var machine = HTTP1ClientMachine(at: .now())
    @exclusivity(unchecked) private var reader: HTTP1ResponseReader
    @exclusivity(unchecked) private var current: Current?
    /// The receiver of the bytes, once another protocol uses the connection.
    private var receiver: (any DetachedReceiver)?
    /// Makes batches of content follow one another.
    private var pumping = ReentrancyGuard()
    private var continueTimer: Scheduled<Void>?
    private let writability: EventLoopCondition

    init(_ identity: ConnectionIdentity) {
        let configuration = identity.core.configuration
        self.identity = identity
        self.reader = HTTP1ResponseReader(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits,
            maximumInformational: configuration.maximumInformationalResponses
        )
        self.writability = EventLoopCondition(eventLoop: identity.loop.eventLoop)
    }

    var isHTTP2: Bool { false }

    /// Whether the connection carries a request, or could. Called on the loop.
    var isOpen: Bool { machine.isOpen }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        identity.opened(context.channel)
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.add(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        channel.beganReading()
        if let receiver {
            receiver.push(bytes)
        } else if machine.isOpen {
            if machine.isAnswering {
                machine.received(at: .now())
                current?.exchange.recorder?.received(bytes.readableBytes)
            }
            reader.append(bytes)
            process()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        channel.endedReading()
        deliverArrivals()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        if let receiver { return receiver.finish() }
        machine.peerClosed()
        reader.peerClosed()
        process()
        // What has arrived and was not read is kept.
        abort()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channel.writabilityChanged(to: context.channel.isWritable)
        guard channel.isWritable else { return }
        writability.signal()
        receiver?.becameWritable()
        pump()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever went wrong, the end that follows does not mean that the content is complete.
        reader.wasCutOff()
        if case NIOSSLError.uncleanShutdown = error { return }
        channel.failed()
        // With TLS 1.3 the server verifies the client's certificate after the handshake.
        if failure == nil { failure = handshakeFailure(error) }
        core.configuration.logger.debug("A connection to \(key.host) failed: \(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let step = machine.channelClosed(isInOrder: channel.hasEndedInOrder)
        switch step {
        // The peer has finished too, which ends the channel without a further event.
        case .finishReceiver: receiver?.finish()
        case .failReceiver: receiver?.fail(HTTPClientError.connectionClosed)
        case .finishReading, .nothing: break
        }
        receiver = nil
        channel.removed()
        identity.closed()
        stopContinueTimer()
        if step != .nothing {
            loop.remove(self)
            if machine.isPooled { core.pool.closed(self) }
        }
        reader.peerClosed()
        process()
        writability.signal()
    }

    // MARK: Requests

    func begin(_ exchange: ClientExchange) {
        guard context != nil, machine.mayBegin(isReaderIdle: reader.isIdle) else {
            // The server closed it just as it was taken: nothing was sent, so nothing is lost.
            abort()
            if exchange.opensTunnel {
                exchange.fail(HTTPClientError.connectionClosed)
            } else {
                core.pool.submit(exchange, core: core, on: loop, first: true)
            }
            return
        }
        let isReused = machine.isReused
        guard exchange.begin(on: self, isReused: isReused) else { return release() }
        exchange.recorder?.assigned(to: identity, isReused: isReused)
        var writer = HTTP1RequestWriter()
        do throws(HTTPClientError) {
            try writer.writeHead(exchange.request, into: &channel.output)
            if case .whole(let content) = exchange.content, !exchange.request.expectsContinue {
                try writer.write(content, into: &channel.output)
                try writer.end(into: &channel.output)
            }
        } catch {
            channel.output.removeAll()
            exchange.ended()
            exchange.fail(error)
            return release()
        }
        if !exchange.opensTunnel, let onRequestHead = core.configuration.onRequestHead {
            HTTP1RequestWriter.text(of: exchange.request).map(onRequestHead)
        }
        exchange.note { $0.hasBegun = true }
        reader.expectResponse(to: exchange.request.method)
        let facts = HTTP1ClientMachine.Request(exchange.request, opensTunnel: exchange.opensTunnel)
        machine.begin(facts, isComplete: writer.isEnded, at: .now())
        current = Current(exchange: exchange, writer: writer)
        flushOutput()
        if exchange.request.expectsContinue { startContinueTimer(exchange) }
        guard case .stream(let body) = exchange.content else { return }
        body.connect { [weak self, weak exchange] in
            guard let self, let exchange else { return }
            if self.loop.eventLoop.inEventLoop {
                self.pump(exchange)
            } else {
                self.loop.eventLoop.execute { self.pump(exchange) }
            }
        }
    }

    func join() -> Bool {
        guard machine.join() else { return false }
        release(isNew: true)
        return true
    }

    /// The connection is idle, or has never been used.
    private func release(isNew: Bool = false) {
        guard machine.release(at: .now()) else { return abort() }
        let (next, isKept) = core.pool.release(self, isNew: isNew)
        if let next {
            begin(next)
        } else if !isKept {
            abort()
        }
    }

    // MARK: The content of a request

    private func pump(_ exchange: ClientExchange) {
        if current?.exchange === exchange { pump() }
    }

    /// Sends what there is of the current request's content.
    private func pump() {
        if pumping.begin() { sendBatches() }
    }

    private func sendBatches() {
        repeat { sendBatch() } while pumping.finishPass()
    }

    private func sendBatch() {
        guard machine.sendsContent, let exchange = current?.exchange, case .stream(let body) = exchange.content,
            context?.channel.isWritable == true
        else { return }
        let batch = body.take()
        do throws(HTTPClientError) {
            for content in batch.contents {
                try current?.writer.write(content, into: &channel.output)
                if channel.output.byteCount >= OutputBuffer.copyLimit * 4 { flushOutput() }
            }
            if let trailers = batch.end {
                try current?.writer.end(trailers: trailers, into: &channel.output)
            }
        } catch {
            return exchange.fail(error)
        }
        machine.sentContent(isComplete: current?.writer.isEnded == true, at: .now())
        flushOutput()
    }

    /// The server wants the content, or has not said so in time.
    private func sendContent(of exchange: ClientExchange) {
        guard current?.exchange === exchange, machine.allowContent(at: .now()) else { return }
        stopContinueTimer()
        guard case .whole(let content) = exchange.content else { return pump() }
        do throws(HTTPClientError) {
            try current?.writer.write(content, into: &channel.output)
            try current?.writer.end(into: &channel.output)
        } catch {
            return exchange.fail(error)
        }
        machine.sentContent(isComplete: true, at: .now())
        flushOutput()
    }

    private func startContinueTimer(_ exchange: ClientExchange) {
        let wait = TimeAmount(core.configuration.expectContinueTimeout)
        continueTimer = loop.eventLoop.scheduleTask(in: wait) { [weak self] in
            self?.sendContent(of: exchange)
        }
    }

    private func stopContinueTimer() {
        continueTimer?.cancel()
        continueTimer = nil
    }

    /// Leaves the rest of the request unsent.
    private func stopSending(_ exchange: ClientExchange) {
        stopContinueTimer()
        if case .stream(let body) = exchange.content { body.stop() }
    }

    func flushOutput() {
        guard context != nil, !channel.output.isEmpty else { return }
        current?.exchange.recorder?.sent(channel.output.byteCount)
        // The flush can make the channel writable before it returns: what is then sent must not come in between.
        let isHeld = pumping.hold()
        writeAndFlush()
        if isHeld, pumping.finishPass() { sendBatches() }
    }

    // MARK: The response

    var wantsToRead: Bool {
        if let receiver { return receiver.wantsBytes }
        return machine.isDraining || current?.response.wantsBytes ?? true
    }

    /// A body's reader wakes once for each read of the socket.
    func deliverArrivals() {
        if let receiver { receiver.wake() } else { current?.response.body?.wake() }
    }

    func advance() -> Bool {
        guard machine.isAnswering else {
            if machine.isFree { refuseUnsolicited() }
            return false
        }
        guard wantsToRead else { return false }
        switch reader.next() {
        case .informational(let head):
            received(informational: head)
            return true
        case .head(let head):
            received(head)
            return current != nil
        case .content(let bytes):
            received(bytes)
            return true
        case .end(let trailers):
            receivedEnd(trailers: trailers)
            return true
        case .needsMoreBytes:
            deliverBegun()
            return false
        case .failed(let failure):
            received(failure)
            return false
        }
    }

    /// Closes the connection if something arrived unsolicited.
    private func refuseUnsolicited() {
        // What arrives before an HTTP/2 connection has replaced this one is for that one. With TLS nothing can arrive
        // before the handshake, which is followed by the replacement at once.
        if key.version == .http2, !key.isSecure, !machine.isPooled { return }
        guard case .failed = reader.next() else { return }
        if failure == nil { failure = identity.security == nil && key.isSecure ? earlyBytes : .unsolicitedResponse }
        core.configuration.logger.debug("\(HTTPClientError.unsolicitedResponse)", metadata: ["host": "\(key.host)"])
        abort()
    }

    private func received(informational head: ResponseHead) {
        guard let exchange = current?.exchange else { return }
        exchange.note { $0.hasAnswer = true }
        if head.statusCode == 100 { sendContent(of: exchange) }
        if !exchange.opensTunnel { core.configuration.onInformationalHead?(head) }
        exchange.onInformational?(head.status, head.fields.makeHTTPFields())
    }

    private func received(_ head: ResponseHead) {
        guard let exchange = current?.exchange else { return }
        exchange.note { $0.hasAnswer = true }
        exchange.recorder?.receivedHead()
        let step = machine.receivedHead(
            status: head.statusCode,
            isPersistent: head.isPersistent,
            offersUpgrade: exchange.request.fields?[.upgrade] != nil
        )
        switch step {
        case .deliver:
            current?.response.receive(head)
        case .deliverAndStopSending:
            current?.response.receive(head)
            stopSending(exchange)
        case .detach:
            detach(head, exchange)
        case .refuseUpgrade:
            end(with: HTTPClientError.unexpectedUpgrade)
        }
    }

    private func received(_ bytes: ByteBuffer) {
        switch machine.receivedContent(bytes.readableBytes) {
        case .deliver: deliver(current?.response.receive(bytes, makeBody))
        case .drop: break
        case .abort: abort()
        }
    }

    /// Delivers the response, whose content is not complete.
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

    private func receivedEnd(trailers: HTTPFields) {
        guard var ended = current.take() else { return }
        let exchange = ended.exchange
        let step = machine.receivedEnd(isReaderIdle: reader.isIdle, isSent: hasSent(exchange.request))
        if step == .stopSendingAndClose { stopSending(exchange) }
        exchange.ended()
        exchange.recorder?.ended()
        switch step {
        // Before the end is delivered, so that the next request finds the connection.
        case .release: release()
        case .close, .stopSendingAndClose: abort()
        case .keep: break
        }
        if let delivery = ended.response.complete(trailers: trailers) { deliver(delivery, to: exchange) }
    }

    /// Whether the socket has accepted all of the request.
    private func hasSent(_ request: borrowing OutgoingRequest) -> Bool {
        guard channel.output.isEmpty else { return false }
        // Without content hardly anything can be queued, and asking has a cost.
        return request.framing == .none && context?.channel.isWritable == true || unsentBytes == 0
    }

    /// The response will not be completed.
    private func received(_ failure: HTTP1ResponseReader.Failure) {
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

    func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            guard let current = self.current, current.exchange === exchange else { return }
            let step = self.machine.dropped(
                announcedLength: current.response.body?.announcedLength,
                limit: self.core.configuration.maximumDrainedBytes,
                at: .now()
            )
            switch step {
            case .nothing:
                break
            case .end:
                self.end(with: HTTPBodyError.discarded)
            case .drain:
                current.response.body?.discard()
                self.process()
            }
        }
    }

    // MARK: Another protocol

    /// The server has switched to another protocol: what follows is for the code that detaches the socket.
    private func detach(_ head: ResponseHead, _ exchange: ClientExchange) {
        let stream = BodyStream(eventLoop: loop.eventLoop, announcedLength: nil) { [weak self] in
            self?.continueReading()
        }
        stopSending(exchange)
        // Makes room for another connection: this one no longer belongs to the client.
        if machine.leavePool() { core.pool.closed(self) }
        let rest = reader.takeRemaining()
        if rest.readableBytes > 0 { stream.push(rest) }
        current = nil
        receiver = stream
        exchange.ended()
        exchange.recorder?.ended()
        let body = ConnectionBody(stream, of: exchange, on: self, detachable: self)
        exchange.deliver(IncomingResponse(head: head, body: body, connection: identity))
    }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        if self.receiver != nil { self.receiver = receiver }
        stream.move(to: receiver)
        continueReading()
    }

    /// Whether another protocol uses the connection.
    var isDetached: Bool { receiver != nil }

    /// Passes the channel to another connection.
    ///
    /// - Returns: What has arrived for that one.
    /// - Throws: `HTTPClientError` when the connection is closed already, or carries a request.
    func leave(to successor: (ChannelHandlerContext) throws -> Void) throws -> (ChannelHandlerContext, ByteBuffer) {
        guard machine.isFree, let context else { throw HTTPClientError.connectionClosed }
        let rest = reader.takeRemaining()
        try successor(context)
        _ = machine.channelClosed(isInOrder: false)
        channel.removed()
        loop.remove(self)
        return (context, rest)
    }

    /// Whether nothing has arrived unsolicited.
    var isUntouched: Bool { reader.isIdle }

    // MARK: The end

    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if self.current?.exchange === exchange { self.end(with: error) }
            exchange.tellFailure()
        }
    }

    func dismiss() {
        abort()
    }

    func abort() {
        context?.close(promise: nil)
    }

    func abort(with error: any Error) {
        end(with: error)
        guard let receiver else { return }
        receiver.fail(error)
        abort()
    }

    /// Ends the current exchange with an error, and the connection with it.
    private func end(with error: any Error) {
        guard machine.fail(), var failed = current.take() else { return abort() }
        failed.exchange.ended()
        failed.exchange.recorder?.ended(error)
        // Before the error is reported, so that code that gets it finds no connection.
        context?.reset()
        failed.response.fail(error)
        failed.exchange.connectionFailed(error)
    }

    func checkDeadlines(now: NIODeadline) {
        let configuration = core.configuration
        let step = machine.checkDeadlines(
            at: now,
            idleTimeout: configuration.idleTimeout.map { TimeAmount($0) },
            readTimeout: configuration.readTimeout.map { TimeAmount($0) },
            isWritable: context?.channel.isWritable != false,
            isStarving: current?.response.body?.isStarving
        )
        switch step {
        case .nothing:
            break
        case .closeIdle:
            if core.pool.takeIdle(self) { abort() }
        case .discard:
            end(with: HTTPBodyError.discarded)
        case .timeOut:
            let timeout = configuration.readTimeout ?? .zero
            end(with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }

    /// Waits until the peer has accepted enough of what was written. Called from anywhere.
    func waitUntilWritable() async throws {
        try await writability.wait { self.isWritable }
    }
}
