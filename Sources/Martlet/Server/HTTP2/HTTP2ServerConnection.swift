import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// One HTTP/2 connection of a server: the only handler in its channel's pipeline, but for TLS in front of it.
///
/// Frames go from the socket through the ``HTTP2FrameReader`` to the streams, and from the streams, as far as the
/// client has granted room for them, into one output buffer. NIO's own handler for HTTP/2 would be asked for each
/// frame, hold back content where nobody sees it, and not tell which stream an error belongs to; a channel for each
/// stream would cost many times what a small request does.
final class HTTP2ServerConnection: ServerConnection, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and so does everybody else, as each member called from elsewhere documents. The variables are exempt from the
    // run-time check for overlapping accesses, as those of `HTTP1ServerConnection` are: there is one thread, and the
    // values that are changed in place call nothing that comes back here.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How far the client has been told that the connection ends.
    enum Farewell: Equatable {
        case none
        /// It has been told to send no more requests; those that it has sent meanwhile are on their way.
        case announced(at: NIODeadline)
        /// It has been told which request was the last.
        case final
    }

    let loop: ServerLoop
    /// What the TLS handshake has agreed on; nil without TLS.
    let security: ConnectionSecurity?
    let limits: HTTPServer.HTTP2Configuration
    /// The channel, for those who ask about its addresses from other threads; nil once it is closed.
    let openChannel = Mutex<(any Channel)?>(nil)

    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) var phase = ServerConnectionPhase.open
    @exclusivity(unchecked) var farewell = Farewell.none
    @exclusivity(unchecked) var reader: HTTP2FrameReader
    @exclusivity(unchecked) var decoder: HTTP2MessageDecoder
    @exclusivity(unchecked) var encoder = FieldSectionEncoder()
    @exclusivity(unchecked) var peer = HTTP2Settings(of: .client)
    @exclusivity(unchecked) var floodGuard: HTTP2FloodGuard

    /// The streams that are open or half-closed, by their numbers.
    @exclusivity(unchecked) var streams: [UInt32: HTTP2ServerStream] = [:]
    /// The streams that are gone, as far as that still matters.
    @exclusivity(unchecked) var history = HTTP2StreamHistory()
    /// The last stream that may have been served, which the client is told at the end.
    @exclusivity(unchecked) var lastStream: UInt32 = 0
    /// The exchanges whose handlers have not returned, also of streams that are gone.
    @exclusivity(unchecked) var liveExchanges = 0
    @exclusivity(unchecked) var requestCount = 0

    /// How many bytes of content the client accepts on all streams together.
    @exclusivity(unchecked) var sendWindow = HTTP2SendWindow()
    /// How many the client may send.
    @exclusivity(unchecked) var receiveWindow: HTTP2ReceiveWindow
    @exclusivity(unchecked) var isSettingsAcknowledged = false
    /// The streams that have something to send and are allowed to, in turn.
    @exclusivity(unchecked) var senders = CircularBuffer<HTTP2ServerStream>(initialCapacity: 4)
    /// The streams whose content waits for the window of the connection.
    @exclusivity(unchecked) var starved: [HTTP2ServerStream] = []
    @exclusivity(unchecked) var isSending = false
    /// Where a stream's writer puts content, before it is moved to the stream.
    @exclusivity(unchecked) var scratch = OutputBuffer()

    @exclusivity(unchecked) var timing: ConnectionTiming
    @exclusivity(unchecked) var gaugeState: ConnectionGauge.State?
    /// Whether no whole frame waits that has arrived.
    @exclusivity(unchecked) private(set) var isInputUsedUp = true
    @exclusivity(unchecked) var isPeerLeaving = false

    init(loop: ServerLoop, security: ConnectionSecurity?) {
        self.loop = loop
        self.security = security
        let configuration = loop.settings.configuration
        self.limits = configuration.http2.clamped
        self.receiveWindow = HTTP2ReceiveWindow(limits.connectionWindow)
        self.reader = HTTP2FrameReader(
            of: .client,
            blockLimit: configuration.headLimits.headBytes,
            continuationLimit: limits.maximumContinuations
        )
        self.decoder = HTTP2MessageDecoder(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits
        )
        self.floodGuard = HTTP2FloodGuard(limits.flood, now: loop.now)
        self.timing = ConnectionTiming(openedAt: .now())
    }

    /// The two ends of the connection; nil once it is closed. May be asked from anywhere.
    var info: HTTPConnectionInfo? {
        openChannel.withLock { $0 }.map { HTTPConnectionInfo($0) }
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        openChannel.withLock { $0 = context.channel }
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
            (.maximumHeaderListSize, decoder.listLimit),
            (.enableConnectProtocol, 1),
        ])
        let increment = limits.connectionWindow - HTTP2Settings.defaultWindow
        if increment > 0 { channel.output.tail.writeHTTP2WindowUpdate(stream: 0, increment: increment) }
        flushOutput()
    }

    func received(_ bytes: ByteBuffer) {
        reader.append(bytes)
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
        // The end of the input without TLS's goodbye is an end like any other: frames tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        loop.settings.configuration.logger.debug("A connection failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: Reading and writing

    /// One frame.
    func advance() -> Bool {
        guard case .open = phase else { return false }
        if channel.output.byteCount >= Self.outputLimit {
            flushOutput()
            guard channel.isWritable else { return false }
        }
        let event = reader.next()
        if case .needsMoreBytes = event {
            timing.isInsideHead = reader.isInsideHead
            if !isInputUsedUp {
                isInputUsedUp = true
                if channel.hasPeerClosed { inputUsedUp() }
            }
            return false
        }
        isInputUsedUp = false
        receive(event)
        return true
    }

    /// Answers to what has arrived must not pile up.
    var hasRoom: Bool { channel.isWritable || channel.output.byteCount < Self.outputLimit }

    func flushOutput() {
        writeAndFlush()
        finishClosing()
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

    /// The same limits, within what HTTP/2 can say.
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
