import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// One HTTP/2 connection of a server: the only handler in its channel's pipeline, but for TLS or an observer in front of it.
///
/// Frames go from the socket through the ``HTTP2FrameReader`` to the streams, and from the streams, as far as the
/// client has granted room for them, into one output buffer. NIO's own handler for HTTP/2 would be called for each
/// frame, hold back content invisibly, and not tell which stream an error belongs to; a channel for each stream would
/// cost many times what a small request does.
final class HTTP2ServerConnection: ServerConnection, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so. The variables are exempt from
    // the run-time check for overlapping accesses, as those of `HTTP1ServerConnection` are: there is one thread, and
    // the values that are changed in place call nothing that comes back here.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The PING that the client answers once it knows that the connection ends.
    static let goAwayPing: UInt64 = 0x6661_7265_7765_6C6C

    let loop: ServerLoop
    /// The outcome of the TLS handshake; nil without TLS.
    let security: ConnectionSecurity?
    let limits: HTTPServer.HTTP2Configuration
    /// The channel, for its addresses to be read from other threads; nil once it is closed.
    let openConnection = Mutex<OpenConnection?>(nil)
    /// The ends of the connection, if a header of the PROXY protocol says them.
    private let proxied: ProxiedConnection?
    private let openedAt: NIODeadline

    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) var state: ServerConnectionState
    @exclusivity(unchecked) var multiplexer: HTTP2Multiplexer<HTTP2ServerStream>
    @exclusivity(unchecked) private(set) var shutdown = HTTP2GracefulShutdown()
    @exclusivity(unchecked) private var encoder = FieldSectionEncoder()
    /// Whether a task that was woken goes on with the frames.
    @exclusivity(unchecked) private var yieldsToTask = false
    /// The encoder of the streams' responses: one for all streams, so that its memory is used again.
    @exclusivity(unchecked) var response = HTTP2ResponseEncoder()

    init(loop: ServerLoop, security: ConnectionSecurity?, proxied: ProxiedConnection? = nil) {
        self.loop = loop
        self.proxied = proxied
        self.security = security
        let configuration = loop.settings.configuration
        self.limits = configuration.http2.clamped
        self.multiplexer = HTTP2Multiplexer(
            of: .client,
            frames: HTTP2FrameReader(
                of: .client,
                blockLimit: configuration.headLimits.headBytes,
                continuationLimit: limits.maximumContinuations
            ),
            decoder: HTTP2MessageDecoder(
                headLimits: configuration.headLimits,
                bodyLimits: configuration.bodyLimits
            ),
            window: limits.connectionWindow,
            streamWindow: limits.streamWindow,
            concurrencyLimit: limits.maximumConcurrentStreams,
            flood: limits.flood,
            now: loop.now
        )
        let now = loop.clock.now
        self.openedAt = now
        self.state = ServerConnectionState(openedAt: now)
    }

    /// The addresses of the connection; nil once it is closed. Can be read from anywhere.
    var info: HTTPConnectionInfo? {
        openConnection.withLock { $0 }?.info
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        if loop.core.hasBareConnections { channel.becameOnlyHandler(self) }
        openConnection.withLock { $0 = OpenConnection(channel: context.channel, proxied: proxied) }
        if context.channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
    }

    private func begin() {
        channel.writabilityChanged(to: context?.channel.isWritable ?? false)
        count(as: .idle)
        loop.add(self)
        channel.output.tail.writeHTTP2Settings([
            (.maximumConcurrentStreams, limits.maximumConcurrentStreams),
            (.initialWindowSize, limits.streamWindow),
            (.maximumHeaderListSize, multiplexer.decoder.listLimit),
            (.enableConnectProtocol, 1),
        ])
        let increment = limits.connectionWindow - HTTP2Settings.defaultWindow
        if increment > 0 { channel.output.tail.writeHTTP2WindowUpdate(stream: 0, increment: increment) }
        flushOutput()
    }

    func received(_ bytes: ByteBuffer) {
        multiplexer.append(bytes)
        process()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            peerClosed()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func becameWritable() {
        resumeSending()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the input without TLS's close_notify is harmless: frames tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        loop.settings.configuration.logger.debug("A connection failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Reading and writing

    /// One frame.
    func advance() -> Bool {
        guard state.isOpen, makeRoom() else { return false }
        let step = multiplexer.next(now: loop.now)
        if case .needsMoreBytes = step {
            state.timing.isInsideHead = multiplexer.isInsideHead
            if shutdown.usedUpInput(), channel.hasPeerClosed { inputUsedUp() }
            return false
        }
        shutdown.receivedFrame()
        perform(step)
        return !yieldsToTask
    }

    func advanceAll() {
        takeTurnBack()
        advanceInTurn()
    }

    /// Interrupts the processing of frames, until the end of the turn, for a task that was woken with a request: it will
    /// take the next one itself. If it waits for something instead, another pass goes on with the frames.
    func yieldToTask() {
        yieldsToTask = true
        process()
    }

    /// The caller processes frames.
    func takeTurnBack() {
        yieldsToTask = false
    }

    var receiver: (any DetachedReceiver)? { nil }

    /// Answers to what has arrived must not pile up.
    var hasRoom: Bool { channel.isWritable || channel.output.byteCount < Self.outputLimit }

    func flushOutput() {
        writeAndFlush()
        finishClosing()
    }

    // MARK: Streams

    /// A request has begun. Returns whether it is the last one that the connection carries.
    func beganRequest() -> Bool {
        shutdown.beganRequest(limit: loop.settings.configuration.maximumRequestsPerConnection)
    }

    /// A stream was opened.
    func open(_ stream: HTTP2ServerStream) {
        multiplexer.insert(stream)
        if !shutdown.hasBegun { count(as: .active) }
    }

    /// Forgets a stream.
    func remove(_ stream: HTTP2ServerStream, _ end: HTTP2StreamHistory.End) {
        guard multiplexer.remove(stream, end), multiplexer.streams.isEmpty else { return }
        if !shutdown.hasBegun { count(as: .idle) }
        closeIfDone()
    }

    // MARK: Responses

    /// Sends the whole of a response of which nothing was changed; false where that is no shorter way.
    func sendDefault(_ content: OutgoingContent, on stream: HTTP2ServerStream) -> Bool {
        guard let constants = response.constants else { return false }
        let block = constants.defaultBlock
        guard encoder.remembers(constants.commonFields), channel.isWritable,
            channel.output.byteCount < Self.outputLimit,
            block.count + 23 <= multiplexer.peerSettings.maximumFrameSize,
            multiplexer.sendWhole(content.byteCount, of: stream)
        else { return false }
        content.withBytes { content in
            channel.output.tail.writeHTTP2Response(stream: stream.number, block: block, content: content)
        }
        flushSoon()
        return true
    }

    /// Sends the head of a response.
    func write(_ head: ResponseHeadPlan, for stream: UInt32, endsStream: Bool) {
        writeHeaders(stream, endsStream: endsStream) { block in
            head.encode(with: &encoder, loop.headConstants, to: &block)
        }
    }

    /// Sends an informational response at once.
    func writeInformational(_ stream: UInt32, _ status: HTTPResponse.Status, _ fields: HTTPFields) {
        writeHeaders(stream, endsStream: false) { block in
            encoder.begin(&block)
            encoder.write(status: status.code, to: &block)
            for field in fields { encoder.write(field, to: &block) }
        }
        flushOutput()
    }

    func encode(trailers: HTTPFields, to block: inout ByteBuffer) {
        encoder.begin(&block)
        for field in trailers { encoder.write(field, to: &block) }
    }

    /// The client limits the encoder's table.
    func limitTable(insteadOf old: HTTP2Settings) {
        let size = multiplexer.peerSettings.headerTableSize
        if size != old.headerTableSize { encoder.limitTable(to: size) }
    }

    // MARK: The orderly end

    /// Tells the client to send no more requests, without refusing those in transit (RFC 9113 section 6.8).
    func beginGoAway() {
        guard state.isOpen, shutdown.announce(at: loop.clock.now) else { return }
        count(as: .closing)
        channel.output.tail.writeHTTP2GoAway(lastStream: UInt32(HTTP2Settings.maximumWindow), .noError)
        channel.output.tail.writeHTTP2Ping(Self.goAwayPing, isAcknowledgement: false)
        flushSoon()
    }

    /// Tells the client which request was the last one.
    func announceLastStream() {
        guard state.isOpen, shutdown.announceLast() else { return }
        multiplexer.stopTakingStreams()
        channel.output.tail.writeHTTP2GoAway(lastStream: multiplexer.lastStream, .noError)
        flushSoon()
        closeIfDone()
    }

    /// The client opens no more streams.
    func clientLeaves() {
        shutdown.peerLeaves()
        closeIfDone()
    }

    /// Closes once the last response has been sent, if the connection is ending.
    private func closeIfDone() {
        guard state.isOpen, multiplexer.streams.isEmpty else { return }
        switch shutdown.lastStep(hasPeerClosed: channel.hasPeerClosed) {
        case .wait:
            return
        case .announceAndClose:
            channel.output.tail.writeHTTP2GoAway(lastStream: multiplexer.lastStream, .noError)
        case .close:
            break
        }
        _ = multiplexer.close()
        closeAfterFlush(lingering: LingeringClose.shortTime)
    }

    func serverCloses(force: Bool) {
        if force {
            abort()
        } else {
            leave()
        }
    }

    /// Tells the client to send no more requests; one that has just connected, and has sent none, a little later. It may
    /// have requests that wait for this end's settings, and balancers lose those if they find the connection ending.
    private func leave() {
        let rest = TimeAmount(loop.settings.configuration.minimumIdleTime) - (loop.clock.now - openedAt)
        guard multiplexer.lastStream > 0 || rest <= .zero else {
            loop.scheduleLeaving(in: rest) { [weak self] in self?.announceEnd() }
            return
        }
        announceEnd()
    }

    private func announceEnd() {
        guard state.isOpen else { return }
        beginGoAway()
        flushOutput()
    }

    var hasReceivers: Bool { multiplexer.streams.values.contains { $0.receiver != nil } }

    func tellReceivers() {
        loop.executor.turn {
            for stream in multiplexer.streams.values { stream.receiver?.serverCloses() }
        }
        flushOutput()
    }

    // MARK: The end by an error

    /// Tells the client how it violated the protocol, and closes.
    func close(with error: HTTP2Error) {
        guard state.isOpen else { return }
        channel.output.tail.writeHTTP2GoAway(lastStream: multiplexer.lastStream, error.code, text: error.reason)
        abandonStreams()
        closeAfterFlush(lingering: LingeringClose.time)
    }

    /// Ends all exchanges, since nothing more can be sent to the client.
    private func abandonStreams() {
        for stream in multiplexer.close() { stream.connectionEnded() }
    }

    func inputEnded() {
        // The client may be gone, or have finished sending and wait for its answers, which can't be told apart. So the
        // answers are sent, as far as its windows have room.
        if !multiplexer.streams.isEmpty {
            // If the client is gone, its system answers this with a reset.
            channel.output.tail.writeHTTP2Ping(0, isAcknowledgement: false)
            flushSoon()
        }
        if shutdown.isInputUsedUp { inputUsedUp() }
    }

    /// All frames that the client sent before it closed its half have been processed.
    private func inputUsedUp() {
        for stream in multiplexer.streams.values { stream.inputClosed() }
        closeIfDone()
    }

    func becomeClosed() {
        state.close()
        channel.peerClosed()
        count(as: nil)
        loop.executor.turn { abandonStreams() }
        channel.removed()
        openConnection.withLock { $0 = nil }
        loop.remove(self)
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        guard context != nil, !lingers(at: now) else { return }
        let violation = state.timing.check(
            now: now,
            wait: presentWait,
            unsentBytes: unsentBytes,
            configuration: loop.settings.configuration
        )
        switch violation {
        case .idle:
            beginGoAway()
        case .slowHead where !multiplexer.isInsideHead:
            beginGoAway()
        case .slowHead:
            close(with: HTTP2Error(.enhanceYourCalm, "A frame or the preface did not arrive in time"))
        case .stalledOutput:
            abort()
        case .slowContent, .slowHandler, .silentHandler, nil:
            break
        }
        if shutdown.isOverdue(at: now) { announceLastStream() }
        for stream in multiplexer.streams.values { stream.checkDeadlines(now: now) }
        flushOutput()
    }

    private var presentWait: ConnectionTiming.Wait {
        guard state.isOpen else { return .nothing }
        // The rest of a head is awaited whatever the streams do.
        return multiplexer.streams.isEmpty || multiplexer.isInsideHead ? .request : .nothing
    }
}

/// Processing frames. Members are called on the loop.
extension HTTP2ServerConnection: HTTP2Connection {
    var now: NIODeadline { loop.now }

    var logger: Logger { loop.settings.configuration.logger }

    var unreadBytes: Int { multiplexer.streams.values.reduce(0) { $0 + $1.unreadBytes } }

    func take(_ step: HTTP2Multiplexer<HTTP2ServerStream>.Step) throws(HTTP2Error) {
        switch step {
        case .open(let number, let block, let endsStream):
            try receiveRequest(number, block, endsStream)
        case .headers(let stream, let block, let endsStream):
            try stream.receiveTrailers(block, endsStream: endsStream)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            try stream.receive(bytes, flowBytes: flowBytes, endsStream: endsStream)
        case .reset(let stream, _):
            stream.resetByPeer()
        case .settings(let old):
            limitTable(insteadOf: old)
            resumeSending()
        case .pingAcknowledged(let opaque):
            if opaque == Self.goAwayPing { announceLastStream() }
        case .goAway:
            clientLeaves()
        case .abandon(let stream, let error):
            stream.abandon(with: error.code, notice: HTTPBodyError.connectionClosed)
        case .close(let error):
            close(with: error)
        case .needsMoreBytes, .proceed, .dropped, .resumeSending, .ping, .refuse:
            break
        }
    }

    // MARK: Requests

    private func receiveRequest(_ number: UInt32, _ block: ByteBuffer, _ endsStream: Bool) throws(HTTP2Error) {
        state.timing.beganRequest(at: loop.now)
        switch try multiplexer.decoder.decodeRequest(block, stream: number, endsStream: endsStream) {
        case .message(let head):
            begin(number, head, endsStream)
        case .malformed(let error):
            throw error
        case .refused(let error):
            multiplexer.abandonedStream(now: now)
            // The last step: the task of the handler goes on with the frames.
            refuse(number, error, endsStream)
        }
    }

    private func begin(_ number: UInt32, _ head: consuming RequestHead, _ endsStream: Bool) {
        let settings = loop.settings
        let isLast = beganRequest()
        let stream = open(HTTP2RequestReader(stream: number, head: head, endsStream: endsStream), head.method)
        let exchange = stream.begin(head, settings)
        multiplexer.handlerStarted()
        if isLast { beginGoAway() }
        deliver(exchange, of: stream)
    }

    private func open(_ reader: HTTP2RequestReader, _ method: HTTPRequest.Method) -> HTTP2ServerStream {
        let stream = HTTP2ServerStream(reader, method, connection: self)
        open(stream)
        return stream
    }

    private func deliver(_ exchange: ServerExchange, of stream: HTTP2ServerStream) {
        guard let tasks = loop.streamTasks else { return loop.delivery.deliver(exchange) }
        tasks.deliver(HTTP2StreamTasks.Request(exchange: exchange, stream: stream))
    }

    /// Answers a malformed request.
    private func refuse(_ number: UInt32, _ error: HTTPParseError, _ endsStream: Bool) {
        loop.settings.configuration.logger.debug("Refused a request: \(error)")
        guard loop.delivery.takesRefusals, let head = multiplexer.decoder.refusedRequest else {
            return open(HTTP2RequestReader(malformed: number, endsStream: endsStream), .get).refuse(error)
        }
        let refusal = HTTPError(error.status, "\(error)")
        let stream = open(HTTP2RequestReader(stream: number, head: head, endsStream: endsStream), head.method)
        let exchange = stream.begin(head, loop.settings, refusal: refusal)
        multiplexer.handlerStarted()
        deliver(exchange, of: stream)
    }
}

extension HTTPServer.HTTP2Configuration {
    fileprivate var flood: HTTP2FloodGuard.Limits {
        HTTP2FloodGuard.Limits(
            abandonedStreams: maximumAbandonedStreams,
            controlFrames: maximumControlFrames,
            interval: TimeAmount(floodInterval)
        )
    }

    /// The same limits, within what HTTP/2 can express.
    fileprivate var clamped: Self {
        var limits = self
        limits.maximumConcurrentStreams = max(maximumConcurrentStreams, 1)
        limits.streamWindow = min(max(streamWindow, 1_024), HTTP2Settings.maximumWindow)
        limits.connectionWindow = min(
            max(connectionWindow, HTTP2Settings.defaultWindow),
            HTTP2Settings.maximumWindow
        )
        limits.maximumUnsentBytes = max(maximumUnsentBytes, 1)
        return limits
    }
}
