import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// One connection of a client that speaks HTTP/2, and all exchanges that take place on it: the only handler in its
/// channel's pipeline, but for TLS in front of it.
///
/// Frames go from the socket through the ``HTTP2FrameReader`` to the streams, and from the streams, as far as the
/// server has granted room for them, into one output buffer. What is received is bounded by the windows: that of a
/// stream grows as its reader reads, that of the connection at once, so that one unread response does not hold up the
/// others.
final class HTTP2ClientConnection: ClientConnection, ChannelConnection, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase: Equatable {
        case open
        /// No further requests are sent: the server has sent GOAWAY, or the stream numbers are used up.
        case leaving
        /// The last frame has been written; what the server still sends is dropped.
        ///
        /// - since: When that was, if the socket had no room for it.
        case closing(since: NIODeadline?)
        case closed
    }

    /// How many streams a server accepts before it announces a limit (RFC 9113 section 6.5.2 recommends at least that).
    private static let initialCapacity = 100
    /// The largest number of a stream (RFC 9113 section 5.1.1).
    private static let largestNumber: UInt32 = 0x7FFF_FFFF
    /// How many frames a head may have.
    private static let maximumContinuations = 16
    /// How many cancelled streams are remembered, for which frames may still arrive.
    private static let historyCapacity = 1_024
    /// Some servers measure the round-trip time with a PING for each stream.
    private static let flood = HTTP2FloodGuard.Limits(
        abandonedStreams: 1_000,
        controlFrames: 1_000,
        interval: .seconds(10)
    )

    let identity: ConnectionIdentity
    /// When the connection became free.
    var idleSince = NIODeadline.now()
    /// How many requests of users it has carried.
    var requestCount = 0
    /// Whether the pool has been told of it: one that closes while it is being made has failed to be made.
    var isPooled = false
    var failure: HTTPClientError?
    let settings: HTTPClient.HTTP2Configuration
    /// How many bytes of one response may wait for their reader.
    let streamWindow: Int
    @exclusivity(unchecked) var channel = ChannelState()
    var phase = Phase.open
    @exclusivity(unchecked) var multiplexer: HTTP2Multiplexer<HTTP2ClientStream>
    var encoder = RequestFieldEncoder()

    /// How many concurrent streams the server accepts.
    var capacity = HTTP2ClientConnection.initialCapacity
    var arrivals: HTTP2Arrivals
    /// The streams for which something has arrived in the current read of the socket.
    var touched: [HTTP2ClientStream] = []

    /// The streams whose writers may have added content.
    var pumpQueue: [HTTP2ClientStream] = []

    init(_ identity: ConnectionIdentity) {
        let configuration = identity.core.configuration
        let now = NIODeadline.now()
        self.identity = identity
        self.settings = configuration.http2
        self.streamWindow = settings.streamWindow.asWindow
        let decoder = HTTP2MessageDecoder(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits
        )
        self.multiplexer = HTTP2Multiplexer(
            of: .server,
            frames: HTTP2FrameReader(
                of: .server,
                blockLimit: decoder.listLimit,
                continuationLimit: Self.maximumContinuations
            ),
            decoder: decoder,
            window: settings.connectionWindow.asWindow,
            streamWindow: streamWindow,
            historyCapacity: Self.historyCapacity,
            flood: Self.flood,
            now: now
        )
        self.arrivals = HTTP2Arrivals(
            pingInterval: settings.pingInterval,
            timeout: settings.pingTimeout,
            now: now
        )
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        identity.opened(context.channel)
        loop.add(self)
        channel.writabilityChanged(to: context.channel.isWritable)
        channel.output.tail.writeBytes(HTTP2FrameReader.preface)
        channel.output.tail.writeHTTP2Settings([
            (.enablePush, 0),
            (.initialWindowSize, streamWindow),
            (.maximumHeaderListSize, multiplexer.decoder.listLimit),
        ])
        let increment = settings.connectionWindow.asWindow - HTTP2Settings.defaultWindow
        if increment > 0 { channel.output.tail.writeHTTP2WindowUpdate(stream: 0, increment: increment) }
        flushOutput()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !channel.isReading {
            channel.beganReading()
            arrivals.received(at: .now())
        }
        guard isActive else { return }
        multiplexer.append(unwrapInboundIn(data))
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        channel.endedReading()
        deliverArrivals()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            abort()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channel.writabilityChanged(to: context.channel.isWritable)
        guard channel.isWritable else { return }
        resumeSending()
        process()
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the input without TLS's close_notify is harmless: frames tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        logger.debug("A connection to \(key.host) failed: \(error)")
        // With TLS 1.3 the server verifies the client's certificate after the handshake.
        if failure == nil { failure = handshakeFailure(error) }
        if failure == nil, !(error is IOError), !(error is ChannelError) {
            failure = .http2(.connectionFailed("\(error)"))
        }
        abort()
    }

    // MARK: Reading

    /// One frame.
    func advance() -> Bool {
        guard isActive, makeRoom() else { return false }
        let step = multiplexer.next(now: now)
        if case .needsMoreBytes = step { return false }
        perform(step)
        return true
    }

    /// Delivers what has arrived, and sends the answers to it.
    func deliverArrivals() {
        wakeTouched()
        if channel.isFlushDeferred { sendQueued() }
    }

    /// Answers to what has arrived must not pile up.
    var wantsToRead: Bool { channel.isWritable || channel.output.byteCount < Self.outputLimit }

    // MARK: Requests

    var isHTTP2: Bool { true }

    func begin(_ exchange: ClientExchange) {
        guard case .open = phase, context != nil, multiplexer.streams.count < capacity else {
            // The server changed its limit just as the exchange was on its way here.
            streamEnded()
            core.pool.submit(exchange, core: core, on: loop, first: true)
            return
        }
        guard exchange.begin(on: self, isReused: requestCount > 0) else { return streamEnded() }
        exchange.recorder?.assigned(to: identity, isReused: requestCount > 0)
        let request = exchange.request
        let head: HTTP2RequestHead
        do throws(HTTPClientError) {
            head = try HTTP2RequestHead(request, isSecure: key.isSecure, standard: core.defaultHeaders)
            if case .whole(let content) = exchange.content { try Self.check(content, request) }
        } catch {
            exchange.ended()
            exchange.fail(error)
            return streamEnded()
        }
        requestCount += 1
        core.configuration.onRequestHead?(head.text)
        exchange.note { $0.hasBegun = true }
        let number = multiplexer.makeNumber()
        let stream = HTTP2ClientStream(number, exchange: exchange, connection: self)
        exchange.streamNumber.store(Int(number), ordering: .relaxed)
        multiplexer.insert(stream)
        let sentBefore = channel.output.byteCount
        writeHeaders(stream.number, endsStream: stream.output.isEnded) { head.encode(with: &encoder, to: &$0) }
        exchange.recorder?.sent(channel.output.byteCount - sentBefore)
        if number >= Self.largestNumber { leave() }
        sendContent(stream)
    }

    private static func check(_ content: OutgoingContent, _ request: OutgoingRequest) throws(HTTPClientError) {
        var meter = RequestContentMeter(request.framing)
        if content.byteCount > 0 { try meter.add(content.byteCount) }
        try meter.end()
    }

    func join() -> Bool {
        guard case .open = phase else { return false }
        isPooled = true
        idleSince = .now()
        let (exchanges, isKept) = core.pool.join(self, capacity: capacity)
        for exchange in exchanges { begin(exchange) }
        if !isKept { close() }
        return true
    }

    /// An exchange is over, or was not started: there is room for another.
    func streamEnded() {
        guard isPooled else { return }
        if multiplexer.streams.isEmpty { idleSince = .now() }
        let (next, isKept) = core.pool.streamEnded(on: self)
        if let next {
            begin(next)
        } else if !isKept || phase == .leaving && multiplexer.streams.isEmpty {
            close()
        }
    }

    // MARK: The end

    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: error, flushes: true) }
            exchange.tellFailure()
        }
    }

    func dismiss() {
        close()
    }

    func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: HTTPBodyError.discarded) }
        }
    }

    func abort() {
        context?.close(promise: nil)
    }

    func abort(with error: any Error) {
        for stream in Array(multiplexer.streams.values) { end(stream, with: error) }
        close()
    }

    func checkDeadlines(now: NIODeadline) {
        if case .closing(let since?) = phase {
            if now - since >= Self.goodbyeTime { abort() }
            return
        }
        if multiplexer.streams.isEmpty {
            guard let timeout = core.configuration.idleTimeout, now - idleSince >= TimeAmount(timeout) else { return }
            if core.pool.takeIdle(self) { close() }
            return
        }
        checkPing(now)
        guard let timeout = core.configuration.readTimeout else { return }
        for stream in Array(multiplexer.streams.values) {
            guard stream.isStalled(at: now, for: TimeAmount(timeout)) else { continue }
            end(stream, with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }

    /// The stream of an exchange; nil once it has been removed from the table.
    func stream(of exchange: ClientExchange) -> HTTP2ClientStream? {
        let stream = multiplexer.streams[UInt32(truncatingIfNeeded: exchange.streamNumber.load(ordering: .relaxed))]
        return stream?.exchange === exchange ? stream : nil
    }
}

extension Int {
    /// The number, limited to the windows that flow control allows (RFC 9113 section 6.9.1), and no smaller than the
    /// initial one.
    fileprivate var asWindow: Int {
        Swift.min(Swift.max(self, HTTP2Settings.defaultWindow), HTTP2Settings.maximumWindow)
    }
}
