import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL

/// One connection of a client that speaks HTTP/1: the only handler in its channel's pipeline, but for TLS in front of
/// it. Every connection begins as one, until it is known to speak HTTP/2.
///
/// Requests go through the ``HTTP1ClientSession`` to the socket, and what arrives goes into it. It says what is to be
/// done, which this class does: to the exchange that waits for the response, to the channel, and to the pool.
final class HTTP1ClientConnection: ClientConnection, ChannelConnection, DetachedConnection, RemovableChannelHandler,
    @unchecked Sendable
{
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so. What is marked as unchecked is
    // changed only by calls that do not call back here.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many unread bytes of a response are buffered before the socket is no longer read: enough to keep a download
    /// going while its reader is busy.
    private static let bodyCapacity = 262_144

    let identity: ConnectionIdentity
    private(set) var failure: HTTPClientError?
    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) private var session: HTTP1ClientSession
    /// The receiver of the bytes, once another protocol uses the connection.
    private var receiver: (any DetachedReceiver)?
    /// Makes batches of content follow one another.
    private var pumping = ReentrancyGuard()
    private let writability: EventLoopCondition

    init(_ identity: ConnectionIdentity) {
        self.identity = identity
        self.session = HTTP1ClientSession(identity.core.configuration, at: identity.loop.clock.now)
        self.writability = EventLoopCondition(eventLoop: identity.loop.eventLoop)
    }

    var isHTTP2: Bool { false }

    /// Whether the connection carries a request, or could. Called on the loop.
    var isOpen: Bool { session.isOpen }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        channel.becameOnlyHandler(self)
        identity.opened(context.channel)
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.add(self)
    }

    func channelRead(_ bytes: ByteBuffer) {
        channel.beganReading()
        if let receiver {
            receiver.push(bytes)
        } else if session.receive(bytes, at: loop.clock.now) {
            process()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard !peerEndsClosing() else { return }
        if let receiver { return receiver.finish() }
        session.peerClosed()
        process()
        // Bytes that have arrived and were not read are kept.
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
        // After any error, the end that follows does not mean that the content is complete.
        session.wasCutOff()
        if case NIOSSLError.uncleanShutdown = error { return }
        channel.failed()
        // With TLS 1.3 the server verifies the client's certificate after the handshake.
        if failure == nil { failure = handshakeFailure(error) }
        core.configuration.logger.debug("A connection to \(key.host) failed: \(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let step = session.channelClosed(isInOrder: channel.hasEndedInOrder)
        switch step {
        // The peer has finished too, which ends the channel without a further event.
        case .finishReceiver: receiver?.finish()
        case .failReceiver: receiver?.fail(HTTPClientError.connectionClosed)
        case .finishReading, .nothing: break
        }
        receiver = nil
        channel.removed()
        identity.closed()
        if step != .nothing {
            loop.remove(self)
            if session.isPooled { core.pool.closed(self) }
        }
        process()
        writability.signal()
    }

    // MARK: Requests

    func begin(_ exchange: ClientExchange) {
        guard context != nil, session.mayBegin else { return giveBack(exchange) }
        let isReused = session.isReused
        guard exchange.begin(on: self, isReused: isReused) else { return release() }
        exchange.recorder?.assigned(to: identity, isReused: isReused)
        do throws(HTTPClientError) {
            try session.begin(exchange, into: &channel.output, at: loop.clock.now)
        } catch {
            channel.output.removeAll()
            exchange.ended(error)
            exchange.fail(error)
            return release()
        }
        if !exchange.opensTunnel, let onRequestHead = core.configuration.onRequestHead {
            HTTP1RequestWriter.text(of: exchange.request).map(onRequestHead)
        }
        exchange.note { $0.hasBegun = true }
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

    /// The server closed the connection just as it was taken: nothing was sent, so nothing is lost.
    private func giveBack(_ exchange: ClientExchange) {
        abort()
        if exchange.opensTunnel {
            exchange.fail(HTTPClientError.connectionClosed)
        } else {
            core.pool.submit(exchange, core: core, on: loop, first: true)
        }
    }

    func join() -> Bool {
        guard session.join() else { return false }
        release(isNew: true)
        return true
    }

    /// The connection is idle, or has never been used.
    private func release(isNew: Bool = false) {
        guard session.release(at: loop.clock.now) else { return abort() }
        let (next, isKept) = core.pool.release(self, isNew: isNew)
        if let next {
            begin(next)
        } else if !isKept {
            abort()
        }
    }

    // MARK: The content of a request

    private func pump(_ exchange: ClientExchange) {
        if session.exchange === exchange { pump() }
    }

    /// Sends what there is of the current request's content.
    private func pump() {
        if pumping.begin() { sendBatches() }
    }

    private func sendBatches() {
        repeat { sendBatch() } while pumping.finishPass()
    }

    private func sendBatch() {
        guard context != nil, channel.isWritable, let exchange = session.exchange, let body = session.sendableBody
        else { return }
        let batch = body.take()
        do throws(HTTPClientError) {
            for content in batch.contents {
                try session.write(content, into: &channel.output)
                if channel.output.byteCount >= OutputBuffer.copyLimit * 4 { flushOutput() }
            }
            if let trailers = batch.end { try session.endRequest(trailers: trailers, into: &channel.output) }
        } catch {
            return exchange.fail(error)
        }
        contentWasWritten()
    }

    /// The server wants the content, or has not said so in time.
    private func sendContent(of exchange: ClientExchange) {
        do throws(HTTPClientError) {
            guard try session.endContinueWait(of: exchange, into: &channel.output, at: loop.clock.now) else { return }
        } catch {
            return exchange.fail(error)
        }
        if case .whole = exchange.content { contentWasWritten() } else { pump() }
    }

    private func contentWasWritten() {
        session.sentContent(at: loop.clock.now)
        flushOutput()
    }

    private func startContinueTimer(_ exchange: ClientExchange) {
        let wait = TimeAmount(core.configuration.expectContinueTimeout)
        let timer: Scheduled<Void> = loop.clock.schedule(in: wait) { [weak self] in
            self?.sendContent(of: exchange)
        }
        session.awaitContinue(until: timer)
    }

    func flushOutput() {
        guard context != nil, !channel.output.isEmpty else { return }
        session.exchange?.recorder?.sent(channel.output.byteCount)
        // The flush can make the channel writable before it returns: what is then sent must not come in between.
        let isHeld = pumping.hold()
        writeAndFlush()
        if isHeld, pumping.finishPass() { sendBatches() }
    }

    // MARK: The response

    var wantsToRead: Bool {
        if let receiver { return receiver.wantsBytes }
        return session.wantsBytes
    }

    /// A body's reader wakes once for each read of the socket.
    func deliverArrivals() {
        if let receiver { receiver.wake() } else { session.body?.wake() }
    }

    func advance() -> Bool {
        let step = session.next { makeBody(announcedLength: $0) }
        switch step {
        case .none:
            return false
        case .checkSilence:
            refuseUnsolicited()
            return false
        case .fail(let failure):
            fail(failure)
            return false
        case .proceed: break
        case .informational(let head): received(informational: head)
        case .deliver(let delivery): deliver(delivery)
        case .detach(let head): detach(head)
        case .finish(let trailers): finish(trailers: trailers)
        case .refuseUpgrade: end(with: HTTPClientError.unexpectedUpgrade)
        case .abort: abort()
        }
        return true
    }

    /// Closes the connection if something arrived unsolicited.
    private func refuseUnsolicited() {
        // Bytes that arrive before an HTTP/2 connection has replaced this one are for that one. With TLS nothing can arrive
        // before the handshake, which is followed by the replacement at once.
        if key.version == .http2, !key.isSecure, !session.isPooled { return }
        guard session.hasUnsolicitedBytes() else { return }
        if failure == nil {
            failure = identity.security == nil && key.isSecure ? Handshake.earlyBytes(key) : .unsolicitedResponse
        }
        core.configuration.logger.debug("\(HTTPClientError.unsolicitedResponse)", metadata: ["host": "\(key.host)"])
        abort()
    }

    private func received(informational head: ResponseHead) {
        guard let exchange = session.exchange else { return }
        if head.statusCode == 100 { sendContent(of: exchange) }
        exchange.receivedInformational(head, core.configuration)
    }

    private func deliver(_ delivery: ResponseInbox.Delivery?) {
        if let delivery, let exchange = session.exchange { deliver(delivery, to: exchange) }
    }

    private func makeBody(announcedLength: Int?) -> BodyStream {
        BodyStream(eventLoop: loop.eventLoop, announcedLength: announcedLength, capacity: Self.bodyCapacity) {
            self.process()
        }
    }

    /// The response is complete.
    private func finish(trailers: HTTPFields) {
        guard let exchange = session.exchange,
            var finished = session.finish(isSent: hasSent(exchange.request))
        else { return }
        exchange.ended()
        switch finished.step {
        // Before the end is delivered, so that the next request finds the connection.
        case .release: release()
        case .close, .stopSendingAndClose: abort()
        case .keep: break
        }
        if let delivery = finished.ended.response.complete(trailers: trailers) { deliver(delivery, to: exchange) }
    }

    /// Whether the socket has accepted all of the request.
    private func hasSent(_ request: borrowing OutgoingRequest) -> Bool {
        guard channel.output.isEmpty else { return false }
        // Without content hardly anything can be queued, and asking has a cost.
        return request.framing == .none && channel.isWritable || unsentBytes == 0
    }

    /// The response will not be completed.
    private func fail(_ failure: HTTP1ResponseReader.Failure) {
        deliver(session.needsMore { makeBody(announcedLength: $0) })
        let error = failure.error(
            isDelivered: session.body != nil,
            cause: self.failure,
            maximumInformational: core.configuration.maximumInformationalResponses
        )
        end(with: error)
    }

    func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            let limit = self.core.configuration.maximumDrainedBytes
            switch self.session.drop(exchange, limit: limit, at: self.loop.clock.now) {
            case .nothing:
                break
            case .end:
                self.end(with: HTTPBodyError.discarded)
            case .drain:
                self.session.body?.discard()
                self.process()
            }
        }
    }

    // MARK: Other protocols

    /// Adds handlers in front of the connection, of which TLS is one.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already, or bytes have arrived on it.
    func putInFront(_ handlers: [any ChannelHandler]) throws {
        guard let context else { throw failure ?? HTTPClientError.connectionClosed }
        // The bytes that have arrived already are not from the server: nothing proves where they come from.
        guard session.isIdle else {
            abort()
            throw Handshake.earlyBytes(key)
        }
        channel.takesPipeline()
        try context.pipeline.syncOperations.addHandlers(handlers, position: .first)
    }

    /// Replaces this connection in the channel with one that speaks HTTP/2.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already, or carries a request.
    func becomeHTTP2() throws -> HTTP2ClientConnection {
        guard session.isFree, let context else { throw HTTPClientError.connectionClosed }
        let successor = HTTP2ClientConnection(identity)
        try context.pipeline.syncOperations.addHandler(successor)
        let rest = session.leave()
        if channel.direct != nil { successor.channel.becameOnlyHandler(successor) }
        channel.removed()
        loop.remove(self)
        if rest.readableBytes > 0 {
            context.fireChannelRead(NIOAny(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        return successor
    }

    /// The server has switched to another protocol: what follows is for the code that detaches the socket.
    private func detach(_ head: ResponseHead) {
        guard let exchange = session.exchange else { return }
        // The stream may hold the connection, as its reader does.
        let stream = BodyStream(eventLoop: loop.eventLoop, announcedLength: nil) { self.continueReading() }
        let rest = session.detach()
        if rest.readableBytes > 0 { stream.push(rest) }
        receiver = stream
        // Makes room for another connection: this one no longer belongs to the client.
        if session.leavePool() { core.pool.closed(self) }
        exchange.ended()
        let body = ConnectionBody(stream, of: exchange, on: self, detachable: self)
        exchange.deliver(IncomingResponse(head: head, body: body, connection: identity))
    }

    var clock: LoopClock { loop.clock }

    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver) {
        if self.receiver != nil { self.receiver = receiver }
        stream.move(to: receiver)
        continueReading()
    }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard receiver != nil, context != nil else { throw HTTPClientError.connectionClosed }
        try write(&channel.output)
        flushOutput()
        return channel.isWritable
    }

    func waitUntilWritable() async throws {
        try await writability.wait { self.isWritable }
    }

    // MARK: The end

    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if self.session.exchange === exchange { self.end(with: error) }
            exchange.tellFailure()
        }
    }

    func dismiss() {
        abort()
    }

    func abort(with error: any Error) {
        end(with: error)
        guard let receiver else { return }
        receiver.fail(error)
        abort()
    }

    /// Ends the current exchange with an error, and the connection with it.
    private func end(with error: any Error) {
        guard var failed = session.fail() else { return abort() }
        failed.exchange.ended(error)
        // Before the error is reported, so that code that gets it finds no connection.
        context?.reset()
        failed.response.fail(error)
        failed.exchange.connectionFailed(error)
    }

    func checkDeadlines(now: NIODeadline) {
        switch session.checkDeadlines(at: now, core.configuration, isWritable: channel.isWritable) {
        case .nothing:
            break
        case .closeIdle:
            if core.pool.takeIdle(self) { abort() }
        case .discard:
            end(with: HTTPBodyError.discarded)
        case .timeOut:
            let timeout = core.configuration.readTimeout ?? .zero
            end(with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }
}
