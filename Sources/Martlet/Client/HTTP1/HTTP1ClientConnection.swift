import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// One connection of a client that speaks HTTP/1: the only handler in its channel's pipeline, but for TLS in front of
/// it. Every connection begins as one, until it is known to speak HTTP/2.
///
/// Requests go through the ``HTTP1RequestWriter`` to the socket, and what comes back through the
/// ``HTTP1ResponseReader`` to the exchange that waits for it. One exchange follows the other.
final class HTTP1ClientConnection: ClientConnection, ChannelConnection, RemovableChannelHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and so does everybody else, as each member called from elsewhere documents.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Requests are sent and answered.
        case open
        /// The bytes belong to somebody who took the socket, or may take it.
        case detached(any DetachedReceiver)
        case closed
    }

    /// The request that is being answered.
    struct Current {
        let exchange: ClientExchange
        var writer: HTTP1RequestWriter
        var response = ResponseInbox()
        /// Whether the rest of the request waits for 100 Continue.
        var awaitsContinue = false
        /// How many bytes of a content that nobody wants may still be read, and until when.
        var drain: (allowance: Int, until: NIODeadline)?
        /// Whether the connection can be used again after this.
        var mayReuse: Bool
        /// When something happened last.
        var lastProgress: NIODeadline
    }

    /// How long the rest of a response that nobody wants may take to arrive.
    private static let drainingTime = TimeAmount.seconds(2)

    @exclusivity(unchecked) var channel = ChannelState()
    var phase = Phase.open
    var reader: HTTP1ResponseReader
    var current: Current?
    let writability: EventLoopCondition
    var continueTimer: Scheduled<Void>?
    /// Whoever waits for the handshake.
    var handshake: EventLoopPromise<ClientConnection>?
    /// The exchange that the connection was detached by.
    weak var detachedExchange: ClientExchange?
    /// The flush can make the channel writable before it returns: what is sent then must not come between.
    var isFlushing = false
    var isPumping = false
    var hasMoreToPump = false

    init(key: PoolKey, core: ClientCore, loop: ClientLoop) {
        let configuration = core.configuration
        self.reader = HTTP1ResponseReader(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits,
            maximumInformational: configuration.maximumInformationalResponses
        )
        self.writability = EventLoopCondition(eventLoop: loop.eventLoop)
        super.init(key: key, core: core, loop: loop)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        openChannel.withLock { $0 = context.channel }
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.add(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        channel.beganReading()
        switch phase {
        case .open:
            if current != nil {
                current?.lastProgress = .now()
                current?.exchange.recorder?.received(bytes.readableBytes)
            }
            reader.append(bytes)
            process()
        case .detached(let stream):
            stream.push(bytes)
        case .closed:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        channel.endedReading()
        deliverArrivals()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            peerClosed()
        case TLSUserEvent.handshakeCompleted(let negotiated):
            security = ConnectionSecurity(context.pipeline)
            handshakeCompleted(negotiated)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channel.writabilityChanged(to: context.channel.isWritable)
        guard channel.isWritable else { return }
        writability.signal()
        if case .detached(let receiver) = phase { receiver.becameWritable() }
        pump()
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        endHandshake(.failure(error))
        // Whatever has gone wrong: the end that follows is not the server's word that the content is complete.
        reader.wasCutOff()
        if case NIOSSLError.uncleanShutdown = error { return }
        channel.failed()
        // With TLS 1.3 the server judges the client's certificate after the handshake.
        if failure == nil { failure = handshakeFailure(error) }
        core.configuration.logger.debug("A connection to \(key.host) failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Requests

    override func start(_ exchange: ClientExchange) {
        if loop.eventLoop.inEventLoop {
            begin(exchange)
        } else {
            loop.eventLoop.execute { self.begin(exchange) }
        }
    }

    /// Begins an exchange. Called on the loop.
    func begin(_ exchange: ClientExchange) {
        guard case .open = phase, current == nil, context != nil, reader.isIdle else {
            // The server has closed it in the moment in which it was taken: nothing was sent, so nothing is lost.
            abort()
            if exchange.opensTunnel {
                exchange.fail(HTTPClientError.connectionClosed)
            } else {
                core.pool.submit(exchange, core: core, on: loop, first: true)
            }
            return
        }
        guard exchange.begin(on: self, isReused: requestCount > 0) else { return release() }
        exchange.recorder?.assigned(to: self, isReused: requestCount > 0)
        let request = exchange.request
        var writer = HTTP1RequestWriter()
        do throws(HTTPClientError) {
            try writer.writeHead(request, into: &channel.output)
            if case .whole(let content) = exchange.content, !request.expectsContinue {
                try writer.write(content, into: &channel.output)
                try writer.end(into: &channel.output)
            }
        } catch {
            channel.output.removeAll()
            exchange.ended()
            exchange.fail(error)
            return release()
        }
        if !exchange.opensTunnel {
            requestCount += 1
            show(request)
        }
        exchange.note { $0.hasBegun = true }
        reader.expectResponse(to: request.method)
        current = Current(
            exchange: exchange,
            writer: writer,
            awaitsContinue: request.expectsContinue,
            mayReuse: request.isPersistent,
            lastProgress: .now()
        )
        flushOutput()
        if request.expectsContinue { startContinueTimer(exchange) }
        if case .stream(let body) = exchange.content {
            body.connect { [weak self, weak exchange] in
                guard let self, let exchange else { return }
                if self.loop.eventLoop.inEventLoop {
                    self.pump(exchange)
                } else {
                    self.loop.eventLoop.execute { self.pump(exchange) }
                }
            }
        }
    }

    /// Whether requests can be sent. Called on the loop.
    var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    override func join() -> Bool {
        guard isOpen else { return false }
        isPooled = true
        release(isNew: true)
        return true
    }

    /// The connection is free, or has never been used. Called on the loop.
    func release(isNew: Bool = false) {
        guard isOpen else { return }
        // One that was to become a tunnel and did not must not be taken for one.
        guard isPooled else { return abort() }
        idleSince = .now()
        let (next, isKept) = core.pool.release(self, isNew: isNew)
        if let next {
            begin(next)
        } else if !isKept {
            abort()
        }
    }

    // MARK: The end

    override func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if self.current?.exchange === exchange { self.end(with: error) }
            exchange.tellFailure()
        }
    }

    override func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            if case .detached = self.phase {
                if self.detachedExchange === exchange { self.abort() }
                return
            }
            guard let current = self.current, current.exchange === exchange, current.drain == nil else { return }
            let allowance = self.core.configuration.maximumDrainedBytes
            if !current.writer.isEnded || current.response.body?.announcedLength ?? 0 > allowance {
                self.end(with: HTTPBodyError.discarded)
            } else {
                // A little is read to its end, so that the connection can be used again.
                self.current?.drain = (allowance, .now() + Self.drainingTime)
                current.response.body?.discard()
                self.process()
            }
        }
    }

    override func abort() {
        context?.close(promise: nil)
    }

    override func abort(with error: any Error) {
        end(with: error)
        if case .detached(let stream) = phase {
            stream.fail(error)
            abort()
        }
    }

    override func checkDeadlines(now: NIODeadline) {
        guard case .open = phase else { return }
        guard let current else {
            guard let timeout = core.configuration.idleTimeout, now - idleSince >= TimeAmount(timeout) else { return }
            if core.pool.takeIdle(self) { abort() }
            return
        }
        if let drain = current.drain {
            if now >= drain.until { end(with: HTTPBodyError.discarded) }
            return
        }
        guard let timeout = core.configuration.readTimeout else { return }
        guard isWaitingForServer(current) else {
            self.current?.lastProgress = now
            return
        }
        if now - current.lastProgress >= TimeAmount(timeout) {
            end(with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }

    // MARK: Reading and writing

    var wantsToRead: Bool {
        switch phase {
        case .open: current?.drain != nil || current?.response.wantsBytes ?? true
        case .detached(let stream): stream.wantsBytes
        case .closed: false
        }
    }

    /// Hands what has been written to the socket.
    func flushOutput() {
        guard context != nil, !channel.output.isEmpty else { return }
        current?.exchange.recorder?.sent(channel.output.byteCount)
        isFlushing = true
        writeAndFlush()
        isFlushing = false
        if hasMoreToPump, !isPumping { pump() }
    }
}
