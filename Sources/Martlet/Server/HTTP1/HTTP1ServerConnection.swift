import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// One connection of a server: the only handler in its channel's pipeline, but for TLS in front of it.
///
/// Bytes go from the socket through the ``HTTP1RequestReader`` to an exchange, and from the exchange through the
/// ``ResponseWriter`` back. Requests are answered one after the other; those that arrive early wait unparsed.
final class HTTP1ServerConnection: ServerConnection, RemovableChannelHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and so does everybody else, as each member called from elsewhere documents.

    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // The variables are exempt from the run-time check for overlapping accesses, which would cost a fifth of a small
    // request. None overlap: there is one thread, and the values that are changed in place (channel, reader, writer,
    // timing) call nothing that comes back here.

    let loop: ServerLoop
    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) var phase = ServerConnectionPhase.open
    @exclusivity(unchecked) var reader: HTTP1RequestReader
    /// The request that is being answered, and its response.
    @exclusivity(unchecked) var exchange: ServerExchange?
    @exclusivity(unchecked) var writer = ResponseWriter(.noRequest)
    @exclusivity(unchecked) var completions: [@Sendable (HTTPResponseSummary) -> Void] = []
    /// The task that works on the connection's requests; none where the server is iterated over.
    @exclusivity(unchecked) var handlerTask = StoredTask()
    @exclusivity(unchecked) var hasHandlerTask = false
    /// The task, while it waits for a request.
    @exclusivity(unchecked) var idleHandler: UnsafeContinuation<ServerExchange?, Never>?
    /// A request that came before the task asked for it.
    @exclusivity(unchecked) var handedExchange: ServerExchange?
    @exclusivity(unchecked) var isHandlerRunning = false
    @exclusivity(unchecked) var hasSentContinue = false
    /// How many bytes of the last request's content may still be read and dropped; nil when none is left to read.
    @exclusivity(unchecked) var drainAllowance: Int?
    /// The parts of files that the channel has not sent yet, in order.
    @exclusivity(unchecked) var filesInFlight = CircularBuffer<FileSlice>(initialCapacity: 0)
    let writability: EventLoopCondition
    /// The channel, for those who ask about its addresses from other threads; nil once it is closed.
    let openChannel = Mutex<(any Channel)?>(nil)

    /// What the TLS handshake has agreed on; nil without TLS. Set before the first request, and asked for by requests
    /// on any thread.
    private let agreement = Mutex<ConnectionSecurity?>(nil)

    @exclusivity(unchecked) var requestCount = 0
    /// Whether the first bytes can tell that the client speaks HTTP/2.
    @exclusivity(unchecked) var mayBecomeHTTP2: Bool
    @exclusivity(unchecked) var isServerClosing = false
    @exclusivity(unchecked) var gaugeState: ConnectionGauge.State?
    @exclusivity(unchecked) var timing: ConnectionTiming

    init(loop: ServerLoop) {
        self.loop = loop
        let http2 = loop.settings.configuration.http2
        self.mayBecomeHTTP2 = http2.isEnabled && http2.allowsPriorKnowledge && loop.core.security == nil
        self.reader = HTTP1RequestReader(
            headLimits: loop.settings.configuration.headLimits,
            bodyLimits: loop.settings.configuration.bodyLimits
        )
        self.writability = EventLoopCondition(eventLoop: loop.eventLoop)
        self.timing = ConnectionTiming(openedAt: .now())
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        openChannel.withLock { $0 = context.channel }
    }

    func channelActive(context: ChannelHandlerContext) {
        count(as: .idle)
        loop.add(self)
    }

    func received(_ bytes: ByteBuffer) {
        reader.append(bytes)
        if mayBecomeHTTP2, awaitsPreface() { return }
        process()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            peerClosed()
        case TLSUserEvent.handshakeCompleted(let negotiatedProtocol):
            let security = ConnectionSecurity(context.pipeline)
            agreement.withLock { $0 = security }
            if negotiatedProtocol == "h2" { becomeHTTP2() }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// What the TLS handshake has agreed on; nil without TLS. May be asked from anywhere.
    var security: ConnectionSecurity? { agreement.withLock { $0 } }

    func becameWritable() {
        if channel.output.holdsContent {
            flushOutput()
            guard channel.isWritable else { return }
        }
        writability.signal()
        receiver?.becameWritable()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the input without TLS's goodbye is an end like any other: requests tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        channel.failed()
        loop.settings.configuration.logger.debug("A connection failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Requests

    func advance() -> Bool {
        guard case .open = phase else { return false }
        if let exchange {
            return reader.isInsideRequest && receiveContent(exchange)
        }
        if drainAllowance != nil {
            return drainContent()
        }
        // A client that sends requests and takes no responses is not read any further.
        guard channel.output.byteCount < OutputBuffer.copyLimit * 4 else {
            flushOutput()
            return channel.isWritable && channel.output.isEmpty
        }
        guard channel.isWritable else { return false }
        switch reader.next() {
        case .head(let head):
            begin(head)
            return true
        case .needsMoreBytes:
            if channel.hasPeerClosed, reader.isInsideHead {
                refuse(HTTPParseError(.truncatedHead, at: reader.bufferedBytes))
            } else if channel.hasPeerClosed || isServerClosing {
                closeAfterFlush()
            } else {
                timing.isInsideHead = reader.isInsideHead
                count(as: reader.isInsideHead ? .active : .idle)
            }
            return false
        case .failed(let error):
            refuse(error)
            return false
        case .content, .end:
            return true
        }
    }

    private func begin(_ head: RequestHead) {
        let settings = loop.settings
        requestCount += 1
        count(as: .active)
        timing.beganRequest(at: loop.now)
        // What has come together with the head.
        timing.received(reader.bufferedBytes)
        var body: BodyStream?
        if reader.isInsideRequest {
            body = BodyStream(eventLoop: loop.eventLoop, announcedLength: head.framing.announcedLength) { [weak self] in
                self?.contentIsWanted()
            }
        }
        let isLast = settings.configuration.maximumRequestsPerConnection.map { requestCount >= $0 } ?? false
        begin(
            ServerExchange(connection: self, head: head, body: body, settings: settings),
            mayPersist: head.isPersistent && !isLast && !isServerClosing
        )
    }

    /// Begins to answer, which ends with ``finishIfOver()``.
    func begin(_ exchange: ServerExchange, mayPersist: Bool) {
        self.exchange = exchange
        hasSentContinue = false
        let method = ResponseWriter.MethodKind(exchange.head.method)
        writer = ResponseWriter(
            ResponseWriter.Context(
                method: method,
                version: exchange.head.version,
                // After CONNECT that was refused, what the client has sent for its tunnel would be read as requests.
                mayPersist: mayPersist && method != .connect
            )
        )
        // What has arrived of the content is there before the handler asks for it.
        while reader.isInsideRequest, receiveContent(exchange) {}
        loop.deliver(exchange)
    }

    /// Moves content to its reader. False when there is none, or the reader has enough.
    private func receiveContent(_ exchange: ServerExchange) -> Bool {
        guard let body = exchange.body, body.wantsBytes else { return false }
        switch reader.next() {
        case .content(let bytes):
            body.push(bytes)
            body.wake()
            return true
        case .end(let trailers):
            body.finish(trailers: trailers)
            return false
        case .needsMoreBytes:
            if channel.hasPeerClosed { cutOff(exchange) }
            return false
        case .failed(let error):
            body.fail(HTTPBodyError.malformed(error))
            return false
        case .head:
            return false
        }
    }

    /// Drops the content that nobody read. True when the next request can begin.
    private func drainContent() -> Bool {
        switch reader.next() {
        case .content(let bytes):
            drainAllowance = drainAllowance.map { $0 - bytes.readableBytes }
            if let drainAllowance, drainAllowance < 0 {
                closeAfterFlush()
                return false
            }
            return true
        case .end:
            drainAllowance = nil
            count(as: .idle)
            return true
        case .needsMoreBytes:
            if channel.hasPeerClosed { closeAfterFlush() }
            return false
        case .failed, .head:
            closeAfterFlush()
            return false
        }
    }

    /// A reader waits for content, or has room for more.
    private func contentIsWanted() {
        guard let exchange, exchange.body?.wantsBytes == true else { return }
        if exchange.head.expectsContinue, !hasSentContinue, !writer.isHeadWritten {
            hasSentContinue = true
            // A client that has begun to send has given up waiting (RFC 9110 section 10.1.1).
            if reader.isInsideRequest, timing.contentBytes == 0 {
                try? writer.writeInformational(.continue, [:], into: &channel.output)
                flushSoon()
            }
        }
        process()
    }

    // MARK: Reading and writing

    var hasRoom: Bool {
        if let exchange, reader.isInsideRequest {
            return exchange.body?.wantsBytes ?? true
        }
        return reader.bufferedBytes < BodyStream.highWaterMark
    }

    func flushOutput() {
        guard let context, !channel.output.isEmpty else {
            return finishClosing()
        }
        timing.sent()
        // A large content is handed over as the client takes it.
        var hasMore = true
        while hasMore, self.context != nil {
            var output = channel.takeOutput()
            hasMore = output.drainSome {
                context.write(wrapOutboundOut($0), promise: nil)
            } writeFile: { slice in
                filesInFlight.append(slice)
                context.write(slice) { self.filesInFlight.removeFirst() }
            }
            channel.putBack(output)
            context.flush()
            channel.output.reset()
            // What the flush has brought about may have sent the rest, or more.
            hasMore = hasMore && channel.isWritable && !channel.output.isEmpty
        }
        finishClosing()
    }
}
