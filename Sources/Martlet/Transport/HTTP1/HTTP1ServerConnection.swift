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
final class HTTP1ServerConnection: ChannelDuplexHandler, RemovableChannelHandler, ServerConnection, @unchecked Sendable
{
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and so does everybody else, as each member called from elsewhere documents.

    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Requests are read and answered.
        case open
        /// The last response is on its way to the socket.
        case flushing
        /// Everything has been sent; what the peer still sends is dropped, so that it gets to read the response.
        case lingering(until: NIODeadline)
        /// The bytes belong to somebody who took the socket.
        case detached(any DetachedReceiver)
        case closed
    }

    // The variables are exempt from the run-time check for overlapping accesses, which would cost a fifth of a small
    // request. None overlap: there is one thread, and the values that are changed in place (reader, writer, output,
    // timing) call nothing that comes back here.

    let loop: ServerLoop
    @exclusivity(unchecked) var context: ChannelHandlerContext?
    @exclusivity(unchecked) var phase = Phase.open
    /// Whether whoever detached the connection has finished sending.
    var isOutputClosed = false
    /// Whether the connection is about to end by an error.
    private(set) var hasFailed = false
    @exclusivity(unchecked) var reader: HTTP1RequestReader
    /// The request that is being answered, and its response.
    @exclusivity(unchecked) var exchange: ServerExchange?
    @exclusivity(unchecked) var writer = ResponseWriter(.noRequest)
    /// Who wants to know what became of the response.
    @exclusivity(unchecked) var completions: [@Sendable (HTTPResponseSummary) -> Void] = []
    /// The task that works on the connection's requests; none where the server is iterated over.
    @exclusivity(unchecked) var handlerTask: Task<Void, Never>?
    @exclusivity(unchecked) var hasHandlerTask = false
    /// The task, while it waits for a request.
    @exclusivity(unchecked) var idleHandler: UnsafeContinuation<ServerExchange?, Never>?
    /// A request that came before the task asked for it.
    @exclusivity(unchecked) var handedExchange: ServerExchange?
    @exclusivity(unchecked) var isHandlerRunning = false
    @exclusivity(unchecked) var hasSentContinue = false
    /// How many bytes of the last request's content may still be read and dropped; nil when none is left to read.
    @exclusivity(unchecked) var drainAllowance: Int?
    @exclusivity(unchecked) var output = OutputBuffer()
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
    @exclusivity(unchecked) var hasPeerClosed = false
    @exclusivity(unchecked) var isServerClosing = false
    @exclusivity(unchecked) var awaitsLastWrite = false
    /// How long to wait for the peer's end of the connection after the last response.
    @exclusivity(unchecked) var lingering = TimeAmount.zero
    @exclusivity(unchecked) var gaugeState: ConnectionGauge.State?
    @exclusivity(unchecked) var timing: ConnectionTiming

    @exclusivity(unchecked) private var isProcessing = false
    @exclusivity(unchecked) private var hasMoreToProcess = false
    @exclusivity(unchecked) private(set) var isReadHeldBack = false
    @exclusivity(unchecked) private var isReading = false
    @exclusivity(unchecked) private var isFlushDeferred = false
    /// What the channel has said last about its being writable; asking it costs more.
    @exclusivity(unchecked) private(set) var isChannelWritable = true

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
        self.context = context
        openChannel.withLock { $0 = context.channel }
    }

    func channelActive(context: ChannelHandlerContext) {
        count(as: .idle)
        loop.add(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        isReading = true
        timing.received(bytes.readableBytes)
        switch phase {
        case .open:
            reader.append(bytes)
            if mayBecomeHTTP2, awaitsPreface() { return }
            process()
        case .detached(let stream):
            stream.push(bytes)
            loop.executor.turn { stream.wake() }
        case .flushing:
            lingering = Self.lingeringTime
        case .lingering, .closed:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flushOutput()
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

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isChannelWritable = context.channel.isWritable
        guard isChannelWritable else { return }
        loop.executor.turn {
            writability.signal()
            if case .detached(let receiver) = phase { receiver.becameWritable() }
        }
        process()
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the input without TLS's goodbye is an end like any other: requests tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        hasFailed = true
        loop.settings.configuration.logger.debug("A connection failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Requests

    /// Goes as far as it can with what has arrived. Called on the loop after anything that may let it go on.
    func process() {
        guard !isProcessing else {
            hasMoreToProcess = true
            return
        }
        isProcessing = true
        repeat {
            hasMoreToProcess = false
            // What a handler does inside the turn can let the next request begin.
            loop.executor.turn {
                while advance() {}
            }
        } while hasMoreToProcess
        isProcessing = false
        continueReading()
    }

    /// One step; false when there is nothing to do before something else happens.
    func advance() -> Bool {
        guard case .open = phase else { return false }
        if let exchange {
            return reader.isInsideRequest && receiveContent(exchange)
        }
        if drainAllowance != nil {
            return drainContent()
        }
        // A client that sends requests and takes no responses is not read any further.
        guard output.byteCount < OutputBuffer.copyLimit * 4 else {
            flushOutput()
            return isChannelWritable && output.isEmpty
        }
        guard isChannelWritable else { return false }
        switch reader.next() {
        case .head(let head):
            begin(head)
            return true
        case .needsMoreBytes:
            if hasPeerClosed, reader.isInsideHead {
                refuse(HTTPParseError(.truncatedHead, at: reader.bufferedBytes))
            } else if hasPeerClosed || isServerClosing {
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
        var body: BodyStream?
        if reader.isInsideRequest {
            body = BodyStream(eventLoop: loop.eventLoop, announcedLength: head.framing.announcedLength) { [weak self] in
                self?.contentIsWanted()
            }
        }
        let isLast = settings.configuration.maximumRequestsPerConnection.map { requestCount >= $0 } ?? false
        let exchange = ServerExchange(connection: self, head: head, body: body, settings: settings)
        self.exchange = exchange
        hasSentContinue = false
        writer = ResponseWriter(
            ResponseWriter.Context(
                method: ResponseWriter.MethodKind(head.method),
                version: head.version,
                mayPersist: head.isPersistent && !isLast && !isServerClosing
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
            if hasPeerClosed { body.fail(HTTPBodyError.connectionClosed) }
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
            if hasPeerClosed { closeAfterFlush() }
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
            if reader.isInsideRequest, reader.bufferedBytes == 0, timing.contentBytes == 0 {
                try? writer.writeInformational(.continue, [:], into: &output)
                flushSoon()
            }
        }
        process()
    }

    // MARK: Reading

    /// Whether the socket is to be read: always, except when what has arrived waits for somebody.
    private var wantsToRead: Bool {
        switch phase {
        case .open:
            if let exchange, reader.isInsideRequest {
                return exchange.body?.wantsBytes ?? true
            }
            return reader.bufferedBytes < BodyStream.highWaterMark
        case .detached(let stream):
            return stream.wantsBytes
        case .flushing, .lingering:
            return true
        case .closed:
            return false
        }
    }

    func continueReading() {
        guard isReadHeldBack, wantsToRead, let context else { return }
        isReadHeldBack = false
        context.read()
    }

    // MARK: Writing

    /// Flushes at the end of the turn, or of the read that is going on, whichever comes last.
    func flushSoon() {
        guard !isFlushDeferred, !isReading else { return }
        isFlushDeferred = true
        loop.executor.atEndOfTurn { [self] in
            isFlushDeferred = false
            flushOutput()
        }
    }

    /// Hands what has been written to the socket.
    func flushOutput() {
        guard let context, !output.isEmpty else {
            return finishClosing()
        }
        output.drain {
            context.write(wrapOutboundOut($0), promise: nil)
        } writeFile: { slice in
            filesInFlight.append(slice)
            context.write(slice) { self.filesInFlight.removeFirst() }
        }
        context.flush()
        output.reset()
        finishClosing()
    }

    func count(as state: ConnectionGauge.State?) {
        guard gaugeState != state else { return }
        loop.gauge.move(from: gaugeState, to: state)
        gaugeState = state
    }
}
