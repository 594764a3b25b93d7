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
final class HTTP2ClientConnection: ClientConnection, HTTP2Connection, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so. What is marked as unchecked is
    // changed only by calls that do not call back here.

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The largest number of a stream (RFC 9113 section 5.1.1).
    private static let largestNumber: UInt32 = 0x7FFF_FFFF
    /// How many rounds of new content are sent before the loop turns to other work.
    private static let roundsAtOnce = 16

    let identity: ConnectionIdentity
    /// The limits of the server's messages.
    let limits: HTTP2ClientLimits
    private(set) var failure: HTTPClientError?
    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) private var machine: HTTP2ClientMachine
    @exclusivity(unchecked) var multiplexer: HTTP2Multiplexer<HTTP2ClientStream>
    @exclusivity(unchecked) private var encoder = RequestFieldEncoder()
    @exclusivity(unchecked) private var arrivals: HTTP2Arrivals
    /// The streams for which something has arrived in the current read of the socket.
    @exclusivity(unchecked) private var touched = HTTP2StreamQueue<HTTP2ClientStream>(.arrivals)
    /// The streams whose writers may have added content.
    @exclusivity(unchecked) private var writing = HTTP2StreamQueue<HTTP2ClientStream>(.content)

    init(_ identity: ConnectionIdentity) {
        let configuration = identity.core.configuration
        let now = identity.loop.clock.now
        self.identity = identity
        self.limits = HTTP2ClientLimits(configuration)
        self.machine = HTTP2ClientMachine(at: now)
        self.multiplexer = limits.makeMultiplexer(now: now)
        self.arrivals = HTTP2Arrivals(
            pingInterval: configuration.http2.pingInterval,
            timeout: configuration.http2.pingTimeout,
            now: now
        )
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        identity.opened(context.channel)
        loop.add(self)
        channel.writabilityChanged(to: context.channel.isWritable)
        limits.writePreface(to: &channel.output.tail)
        flushOutput()
    }

    func channelRead(_ bytes: ByteBuffer) {
        if !channel.isReading {
            channel.beganReading()
            arrivals.received(at: loop.clock.now)
        }
        guard machine.isActive else { return }
        multiplexer.append(bytes)
        process()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            if !peerEndsClosing() { abort() }
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

    private func becomeClosed() {
        let step = machine.channelClosed()
        guard step != .nothing else { return }
        channel.removed()
        identity.closed()
        loop.remove(self)
        if step == .endInPool { core.pool.closed(self) }
        failStreams()
    }

    // MARK: Requests

    var isHTTP2: Bool { true }

    func begin(_ exchange: ClientExchange) {
        guard context != nil, machine.mayBegin(streamCount: multiplexer.streams.count) else {
            // The server changed its limit just as the exchange was on its way here.
            streamEnded()
            core.pool.submit(exchange, core: core, on: loop, first: true)
            return
        }
        let isReused = machine.isReused
        guard exchange.begin(on: self, isReused: isReused) else { return streamEnded() }
        exchange.recorder?.assigned(to: identity, isReused: isReused)
        let request = exchange.request
        let head: HTTP2RequestHead
        do throws(HTTPClientError) {
            head = try HTTP2RequestHead(request, isSecure: key.isSecure, standard: core.defaultHeaders)
            if case .whole(let content) = exchange.content { try RequestContentMeter.check(content, request.framing) }
        } catch {
            exchange.ended(error)
            exchange.fail(error)
            return streamEnded()
        }
        machine.begin()
        core.configuration.onRequestHead?(head.text)
        exchange.note { $0.hasBegun = true }
        let number = multiplexer.makeNumber()
        let refusals = exchange.progress.refusals
        let stream = HTTP2ClientStream(
            number,
            exchange: exchange,
            connection: self,
            arrivalsBefore: refusals.arrivals(on: ObjectIdentifier(self)) ?? arrivals.count
        )
        exchange.streamNumber.store(Int(number), ordering: .relaxed)
        multiplexer.insert(stream)
        let sentBefore = channel.output.byteCount
        writeHeaders(number, endsStream: stream.output.isEnded) { head.encode(with: &encoder, to: &$0) }
        exchange.recorder?.sent(channel.output.byteCount - sentBefore)
        if number >= Self.largestNumber { leave() }
        stream.sendContent()
    }

    func join() -> Bool {
        guard machine.join(at: loop.clock.now) else { return false }
        let (exchanges, isKept) = core.pool.join(self, capacity: machine.capacity)
        for exchange in exchanges { begin(exchange) }
        if !isKept { close() }
        return true
    }

    /// An exchange is over, or was not started: there is room for another.
    private func streamEnded() {
        let step = machine.streamEnded(isIdle: multiplexer.streams.isEmpty, at: loop.clock.now)
        guard step != .nothing else { return }
        let (next, isKept) = core.pool.streamEnded(on: self)
        if let next {
            begin(next)
        } else if !isKept || step == .tellPoolAndClose {
            close()
        }
    }

    /// The stream of an exchange; nil once it has been removed from the table.
    private func stream(of exchange: ClientExchange) -> HTTP2ClientStream? {
        let stream = multiplexer.streams[UInt32(truncatingIfNeeded: exchange.streamNumber.load(ordering: .relaxed))]
        return stream?.exchange === exchange ? stream : nil
    }

    private func isOpen(_ stream: HTTP2ClientStream) -> Bool {
        multiplexer.streams[stream.number] === stream
    }

    // MARK: Sending

    /// The writer of a stream's content may have added something, or there is room for more.
    func contentIsWanted(of stream: HTTP2ClientStream) {
        if writing.append(stream) { flushSoon() }
    }

    func encode(trailers: HTTPFields, to block: inout ByteBuffer) {
        encoder.begin(&block)
        for field in trailers { encoder.write(trailer: field, to: &block) }
    }

    func flushSoon() {
        guard channel.deferFlush() else { return }
        // Otherwise the end of the read does it.
        if !channel.isReading { loop.eventLoop.execute { self.sendWaiting() } }
    }

    /// Sends the content that waits, and flushes.
    private func sendWaiting() {
        // This also sends what is written meanwhile.
        _ = channel.deferFlush()
        var rounds = 0
        repeat {
            for _ in 0..<writing.count {
                guard let stream = writing.popFirst(), isOpen(stream) else { continue }
                stream.takeContent()
                multiplexer.enqueue(stream)
            }
            resumeSending()
            flushOutput()
            rounds += 1
        } while !writing.isEmpty && rounds < Self.roundsAtOnce
        channel.endFlushDeferral()
        if context != nil, !writing.isEmpty || !channel.output.isEmpty { flushSoon() }
    }

    // MARK: Receiving

    var now: NIODeadline { arrivals.last }

    var logger: Logger { core.configuration.logger }

    /// An unread response has its own window, and does not hold up the others.
    var unreadBytes: Int { 0 }

    /// Answers to what has arrived must not pile up.
    var wantsToRead: Bool { channel.isWritable || channel.output.byteCount < Self.outputLimit }

    /// One frame.
    func advance() -> Bool {
        guard machine.isActive, makeRoom() else { return false }
        let step = multiplexer.next(now: now)
        if case .needsMoreBytes = step { return false }
        perform(step)
        return true
    }

    /// Delivers everything from one read of the socket at once, so that each reader wakes once, and sends the answers to
    /// it.
    func deliverArrivals() {
        for _ in 0..<touched.count {
            guard let stream = touched.popFirst(), isOpen(stream) else { continue }
            stream.deliverBegun()
            stream.response.body?.wake()
        }
        if channel.isFlushDeferred { sendWaiting() }
    }

    func take(_ step: HTTP2Multiplexer<HTTP2ClientStream>.Step) throws(HTTP2Error) {
        switch step {
        case .headers(let stream, let block, let endsStream):
            touch(stream)
            let event = try stream.decode(block, endsStream: endsStream, with: &multiplexer.decoder)
            if let trailers = stream.receive(event, endsStream: endsStream) { finish(stream, trailers: trailers) }
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            touch(stream)
            try stream.receive(bytes, flowBytes: flowBytes, endsStream: endsStream)
            if endsStream { finish(stream, trailers: [:]) }
        case .reset(let stream, let code):
            wasReset(stream, code)
        case .settings(let old):
            receivedSettings(replacing: old)
            resumeSending()
        case .goAway(let lastStream, let code, let text):
            // For people to read, so not too long.
            let explanation = String(decoding: text.readableBytesView.prefix(200), as: UTF8.self)
            receivedGoAway(last: lastStream, code, explanation: explanation)
        case .abandon(let stream, let error):
            // The response violates the protocol.
            stream.deliverBegun()
            end(stream, with: HTTPClientError.http2(.malformedMessage(error.reason)), code: error.code)
        case .close(let error):
            close(with: error)
        case .needsMoreBytes, .proceed, .open, .dropped, .resumeSending, .ping, .pingAcknowledged, .refuse:
            break
        }
    }

    private func receivedSettings(replacing old: HTTP2Settings) {
        let settings = multiplexer.peerSettings
        if settings.headerTableSize != old.headerTableSize { encoder.limitTable(to: settings.headerTableSize) }
        guard let capacity = settings.maximumConcurrentStreams, capacity != old.maximumConcurrentStreams,
            machine.setCapacity(capacity)
        else { return }
        for exchange in core.pool.setCapacity(capacity, of: self) { begin(exchange) }
    }

    private func touch(_ stream: HTTP2ClientStream) {
        stream.progressed(at: now)
        arrivals.receivedFrame()
        touched.append(stream)
    }

    // MARK: The end of a stream

    /// The response is complete.
    private func finish(_ stream: HTTP2ClientStream, trailers: HTTPFields) {
        if stream.output.isEnded {
            guard remove(stream, .ended) else { return }
        } else {
            // The server has answered without the rest of the request, and does not want it.
            guard remove(stream, .resetHere) else { return }
            stream.stopSending()
            writeReset(stream.number, .noError)
        }
        stream.exchange.ended()
        // Before the end is delivered, so that the next request finds the room.
        streamEnded()
        if let delivery = stream.complete(trailers: trailers) { deliver(delivery, to: stream.exchange) }
    }

    /// Ends an exchange and its stream with an error. The others continue.
    ///
    /// - Parameter flushes: Whether to flush before the requester is notified.
    func end(
        _ stream: HTTP2ClientStream,
        with error: any Error,
        code: HTTP2ErrorCode = .cancel,
        flushes: Bool = false
    ) {
        guard remove(stream, .resetHere) else { return }
        writeReset(stream.number, code)
        if flushes { flushOutput() }
        stream.fail(error)
        streamEnded()
    }

    /// The server has reset a stream (RFC 9113 section 6.4).
    private func wasReset(_ stream: HTTP2ClientStream, _ code: HTTP2ErrorCode) {
        stream.deliverBegun()
        remove(stream, .resetByPeer)
        let error = HTTPClientError.http2(.streamReset(code))
        if code == .refusedStream, stream.response.isEmpty {
            streamEnded()
            refused(stream, error, amidProgress: hasProgress(since: stream), pauses: true)
        } else {
            stream.fail(error)
            streamEnded()
        }
    }

    /// The server refused an exchange unprocessed, which is sent again if possible. Its stream has been removed.
    private func refused(_ stream: HTTP2ClientStream, _ error: HTTPClientError, amidProgress: Bool, pauses: Bool) {
        let count = arrivals.count
        stream.exchange.note { $0.refusals.came(on: ObjectIdentifier(self), arrivals: count) }
        let exchange = RefusedExchange(exchange: stream.exchange, core: core, loop: loop)
        if !exchange.sendAgain(amidProgress: amidProgress, pauses: pauses) { stream.fail(error) }
    }

    /// Whether the server has made progress since the stream was opened, or its request was last refused.
    private func hasProgress(since stream: HTTP2ClientStream) -> Bool { arrivals.count > stream.arrivalsBefore }

    /// Removes a stream from the table; false when it was removed before.
    @discardableResult
    private func remove(_ stream: HTTP2ClientStream, _ end: HTTP2StreamHistory.End) -> Bool {
        guard multiplexer.remove(stream, end) else { return false }
        stream.leaveConnection()
        return true
    }

    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: error, flushes: true) }
            exchange.tellFailure()
        }
    }

    func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: HTTPBodyError.discarded) }
        }
    }

    // MARK: The end of the connection

    /// The server accepts no more requests, and has not processed those after `last` (RFC 9113 section 6.8).
    private func receivedGoAway(last: UInt32, _ code: HTTP2ErrorCode, explanation: String) {
        let error = HTTPClientError.http2(.goAway(code, explanation: explanation))
        if code != .noError { failure = error }
        leave()
        let isWorking = multiplexer.streams.values.contains { $0.number <= last }
        for stream in multiplexer.streams.values.filter({ $0.number > last }).sorted(by: { $0.number > $1.number }) {
            remove(stream, .resetByPeer)
            switch code {
            // The request must not be sent to this server again.
            case .http11Required, .enhanceYourCalm: stream.fail(error)
            default:
                let amidProgress = isWorking || hasProgress(since: stream)
                refused(stream, error, amidProgress: amidProgress, pauses: !amidProgress)
            }
        }
        if multiplexer.streams.isEmpty { close() }
    }

    /// Sends no more requests.
    private func leave() {
        if machine.leave() { core.pool.retire(self) }
    }

    func dismiss() {
        close()
    }

    func abort(with error: any Error) {
        for stream in multiplexer.streams.values { end(stream, with: error) }
        close()
    }

    /// Tells the server how it violated the protocol, and closes without waiting for anything in progress.
    private func close(with error: HTTP2Error) {
        guard machine.isActive else { return }
        if failure == nil { failure = .http2(.connectionFailed(error.reason)) }
        close(error.code, text: error.reason)
        failStreams()
    }

    /// Sends GOAWAY and closes.
    private func close(_ code: HTTP2ErrorCode = .noError, text: String = "") {
        guard machine.isActive, let context else { return }
        leave()
        machine.close()
        // The server has opened no streams.
        channel.output.tail.writeHTTP2GoAway(lastStream: 0, code, text: text)
        flushOutput()
        guard unsentBytes > 0 else { return closeChannel() }
        // Not before the socket has accepted everything, unless the server is too slow.
        machine.awaitRoom(since: loop.clock.now)
        context.whenSent { self.abort() }
    }

    private func failStreams() {
        for stream in multiplexer.close() {
            stream.deliverBegun()
            stream.leaveConnection()
            let isDelivered = stream.response.isDelivered
            let lost: any Error = isDelivered ? HTTPBodyError.connectionClosed : HTTPClientError.connectionClosed
            stream.fail(failure ?? lost)
        }
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        let idleTimeout = core.configuration.idleTimeout.map { TimeAmount($0) }
        switch machine.checkDeadlines(at: now, idleTimeout: idleTimeout, isIdle: multiplexer.streams.isEmpty) {
        case .nothing:
            break
        case .closeIdle:
            if core.pool.takeIdle(self) { close() }
        case .abort:
            abort()
        case .checkStreams:
            checkPing(now)
            checkStreams(now)
        }
    }

    /// Sends a PING, or closes the connection if the answer is overdue.
    private func checkPing(_ now: NIODeadline) {
        switch arrivals.checkSilence(at: now) {
        case .ping:
            channel.output.tail.writeHTTP2Ping(0, isAcknowledgement: false)
            flushOutput()
        case .giveUp(let time):
            failure = .timedOut(.ping, host: key.host, port: key.port, after: Duration(time))
            abort()
        case .wait, nil:
            break
        }
    }

    private func checkStreams(_ now: NIODeadline) {
        guard let timeout = core.configuration.readTimeout else { return }
        for stream in multiplexer.streams.values where stream.isStalled(at: now, for: TimeAmount(timeout)) {
            end(stream, with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }
}
