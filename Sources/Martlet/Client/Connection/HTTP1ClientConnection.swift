import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// One connection of a client: the only handler in its channel's pipeline, but for TLS in front of it.
///
/// Requests go through the ``HTTP1RequestWriter`` to the socket, and what comes back through the
/// ``HTTP1ResponseReader`` to the exchange that waits for it. One exchange follows the other.
final class HTTP1ClientConnection: ChannelDuplexHandler, @unchecked Sendable {
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
        /// The response's head, as long as it has not been handed over.
        var head: ResponseHead?
        /// The beginning of the content, as long as it has not been handed over.
        var firstBytes: ByteBuffer?
        /// Where the content goes once the response has been handed over before its end.
        var body: BodyStream?
        var isDelivered = false
        /// Whether the rest of the request waits for 100 Continue.
        var awaitsContinue = false
        /// How many bytes of a content that nobody wants may still be read, and until when.
        var drain: (allowance: Int, until: NIODeadline)?
        /// Whether the connection can be used again after this.
        var mayReuse: Bool
        /// When something happened last.
        var lastProgress: NIODeadline
    }

    /// How many bytes of a response wait for their reader before the socket is no longer read: enough to keep a
    /// download going while its reader is busy.
    private static let bodyCapacity = 262_144

    let key: PoolKey
    let core: ClientCore
    let loop: ClientLoop
    var context: ChannelHandlerContext?
    var phase = Phase.open
    var reader: HTTP1ResponseReader
    var current: Current?
    var output = OutputBuffer()
    let writability: EventLoopCondition
    /// The channel, for those who ask about its addresses from other threads; nil once it is closed.
    let openChannel = Mutex<(any Channel)?>(nil)
    /// When the connection became free.
    var idleSince = NIODeadline.now()
    /// How many requests of users it has carried.
    private(set) var requestCount = 0
    /// Whether the pool has been told of it: one that closes while it is being made has failed to be made.
    private(set) var isPooled = false
    /// How long the making of the connection took; set before its first request.
    let connectTiming = Mutex(ConnectTiming())
    var continueTimer: Scheduled<Void>?
    /// What the TLS handshake has agreed on; set before the first request.
    private let agreement = Mutex<ConnectionSecurity?>(nil)
    /// What the TLS handshake has agreed on; nil without TLS. May be asked from anywhere.
    var security: ConnectionSecurity? { agreement.withLock { $0 } }
    /// Whoever waits for the handshake.
    var handshake: EventLoopPromise<Void>?
    /// Whether whoever detached the connection has finished sending.
    var isOutputClosed = false
    /// Whether the connection is about to end by an error.
    private(set) var hasFailed = false

    /// Whether the socket is being read, which wakes a body's reader at its end.
    private var isReading = false
    /// The flush can make the channel writable before it returns: what is sent then must not come between.
    var isFlushing = false
    var isPumping = false
    var hasMoreToPump = false
    private var isProcessing = false
    private var hasMoreToProcess = false
    private var isReadHeldBack = false

    init(key: PoolKey, core: ClientCore, loop: ClientLoop) {
        self.key = key
        self.core = core
        self.loop = loop
        let configuration = core.configuration
        self.reader = HTTP1ResponseReader(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits,
            maximumInformational: configuration.maximumInformationalResponses
        )
        self.writability = EventLoopCondition(eventLoop: loop.eventLoop)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        openChannel.withLock { $0 = context.channel }
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.add(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        isReading = true
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
        isReading = false
        wakeReader()
    }

    /// The channel asks for more to read, which waits while there is enough.
    func read(context: ChannelHandlerContext) {
        if wantsToRead {
            context.read()
        } else {
            isReadHeldBack = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            peerClosed()
        case TLSUserEvent.handshakeCompleted:
            let security = ConnectionSecurity(context.pipeline)
            agreement.withLock { $0 = security }
            endHandshake(nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        writability.signal()
        if case .detached(let receiver) = phase { receiver.becameWritable() }
        pump()
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        endHandshake(error)
        if case NIOSSLError.uncleanShutdown = error {
            reader.wasCutOff()
            return
        }
        hasFailed = true
        core.configuration.logger.debug("A connection to \(key.host) failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Requests

    /// Begins an exchange. May be called from anywhere.
    func start(_ exchange: ClientExchange) {
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
            try writer.writeHead(request, into: &output)
            if case .whole(let content) = exchange.content, !request.expectsContinue {
                try writer.write(content, into: &output)
                try writer.end(into: &output)
            }
        } catch {
            output.reset()
            exchange.ended()
            exchange.fail(error)
            return release()
        }
        if !exchange.opensTunnel { requestCount += 1 }
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

    /// Hands the connection, which has been made, to the pool; false if it is closed already. Called on the loop.
    func join() -> Bool {
        guard isOpen else { return false }
        isPooled = true
        release(isNew: true)
        return true
    }

    /// The connection is free, or has never been used. Called on the loop.
    private func release(isNew: Bool = false) {
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

    // MARK: Responses

    /// Goes as far as it can with what has arrived. Called on the loop after anything that may let it go on.
    func process() {
        guard !isProcessing else {
            hasMoreToProcess = true
            return
        }
        isProcessing = true
        repeat {
            hasMoreToProcess = false
            while advance() {}
        } while hasMoreToProcess
        isProcessing = false
        if !isReading { wakeReader() }
        continueReading()
    }

    private func wakeReader() {
        if case .detached(let stream) = phase { stream.wake() } else { current?.body?.wake() }
    }

    /// One step; false when there is nothing to do before something else happens.
    private func advance() -> Bool {
        guard let current else {
            if case .open = phase, case .failed = reader.next() {
                core.configuration.logger.debug(
                    "\(HTTPClientError.unsolicitedResponse)",
                    metadata: ["host": "\(key.host)"]
                )
                abort()
            }
            return false
        }
        guard current.drain != nil || current.body?.wantsBytes ?? true else { return false }
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
        current?.head = head
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
        } else if let body = current?.body {
            body.push(bytes)
        } else if current?.firstBytes == nil {
            current?.firstBytes = bytes
        } else {
            deliverBegun()
            current?.body?.push(bytes)
        }
    }

    /// Hands the response over although its content is not complete.
    private func deliverBegun() {
        guard let begun = current, !begun.isDelivered, let head = begun.head else { return }
        let stream = BodyStream(
            eventLoop: loop.eventLoop,
            announcedLength: head.framing.announcedLength,
            capacity: Self.bodyCapacity
        ) {
            self.process()
        }
        if let bytes = begun.firstBytes { stream.push(bytes) }
        current?.body = stream
        current?.firstBytes = nil
        current?.head = nil
        current?.isDelivered = true
        let body = ConnectionBody(stream, of: begun.exchange, on: self)
        begun.exchange.deliver(IncomingResponse(head: head, body: body, connection: self))
    }

    /// The response is complete.
    private func finish(trailers: HTTPFields) {
        guard let ended = current else { return }
        if !ended.writer.isEnded { stopSending() }
        let isReusable = current?.mayReuse == true && reader.isIdle && ended.writer.isEnded
        current = nil
        ended.exchange.ended()
        ended.exchange.recorder?.ended()
        ended.body?.finish(trailers: trailers)
        if ended.exchange.opensTunnel {
            // The tunnel's end is whoever made it; what the proxy says of its connection is no longer about it.
        } else if !isReusable {
            abort()
        } else {
            // Before the response is handed over, so that the next request finds the connection.
            release()
        }
        if !ended.isDelivered, let head = ended.head {
            let isEmpty = ended.firstBytes == nil && trailers.isEmpty
            let body = isEmpty ? nil : WholeBody(ended.firstBytes ?? ByteBuffer(), trailers: trailers)
            ended.exchange.deliver(IncomingResponse(head: head, body: body, connection: self))
        }
    }

    /// The response will not become complete.
    private func fail(_ failure: HTTP1ResponseReader.Failure) {
        switch failure {
        case .closedBeforeHead(let afterFirstByte):
            if afterFirstByte { current?.exchange.note { $0.hasAnswer = true } }
            end(with: HTTPClientError.connectionClosed)
        case .closedInContent:
            deliverBegun()
            end(with: HTTPBodyError.connectionClosed)
        case .malformed(let error):
            deliverBegun()
            let isDelivered = current?.isDelivered == true
            end(with: isDelivered ? HTTPBodyError.malformed(error) : HTTPClientError.malformedResponse(error))
        case .tooManyInformational:
            let limit = core.configuration.maximumInformationalResponses
            end(with: HTTPClientError.tooManyInformationalResponses(limit: limit))
        case .unsolicited:
            abort()
        }
    }

    // MARK: Reading

    /// Whether the socket is to be read: always, except when what has arrived waits for somebody.
    private var wantsToRead: Bool {
        switch phase {
        case .open: current?.drain != nil || current?.body?.wantsBytes ?? true
        case .detached(let stream): stream.wantsBytes
        case .closed: false
        }
    }

    func continueReading() {
        guard isReadHeldBack, wantsToRead, let context else { return }
        isReadHeldBack = false
        context.read()
    }

    // MARK: Writing

    /// Hands what has been written to the socket.
    func flushOutput() {
        guard let context, !output.isEmpty else { return }
        current?.exchange.recorder?.sent(output.byteCount)
        isFlushing = true
        output.drain { context.write(wrapOutboundOut($0), promise: nil) }
        context.flush()
        output.reset()
        isFlushing = false
        if hasMoreToPump, !isPumping { pump() }
    }
}
