import HTTPTypes
import HTTPWire
import NIOCore

/// One stream of an HTTP/2 connection: a request and its response.
final class HTTP2ServerStream: HTTP2Stream, @unchecked Sendable {
    // Sendable, and exempt from the run-time check for overlapping accesses, for the reasons that its connection is.

    let number: UInt32
    let connection: HTTP2ServerConnection
    let loop: ServerLoop
    /// The exchange until it is over; nil for a request that was not understood.
    @exclusivity(unchecked) var exchange: ServerExchange?
    @exclusivity(unchecked) var writer: ResponseWriter
    @exclusivity(unchecked) var handler = ExchangeSlot()
    /// Whether the connection counts the exchange as one that goes on.
    @exclusivity(unchecked) var isCounted = false
    @exclusivity(unchecked) var hasSentContinue = false

    /// Who has got the stream, since it carries another protocol (RFC 8441).
    @exclusivity(unchecked) var receiver: (any DetachedReceiver)?
    /// Whether they have finished sending.
    @exclusivity(unchecked) var isTunnelFinished = false
    /// Whether they have closed it, which leaves the client some time to end its side.
    @exclusivity(unchecked) var isTunnelClosed = false
    /// Whether they wait until the client has taken some.
    @exclusivity(unchecked) var isTunnelFull = false

    /// Content that waits for the client to grant room for it.
    @exclusivity(unchecked) var queue = HTTP2SendQueue()
    /// Whether the stream has a place in the line of those that send.
    @exclusivity(unchecked) var isInLine = false
    /// How many bytes the client accepts.
    @exclusivity(unchecked) var sendWindow: HTTP2SendWindow
    /// How many bytes the client may send.
    @exclusivity(unchecked) private var receiveWindow: HTTP2ReceiveWindow
    @exclusivity(unchecked) private var meter = HTTP2ContentMeter(announced: nil)

    /// Whether the client has sent all.
    @exclusivity(unchecked) private(set) var isInputEnded: Bool
    /// Whether the response has been sent to its end.
    @exclusivity(unchecked) private(set) var isOutputEnded = false
    /// Whether the stream is gone without that.
    @exclusivity(unchecked) private(set) var isBroken = false

    /// What becomes of the rest of a request that is answered.
    @exclusivity(unchecked) private var drain: HTTP2Drain?
    @exclusivity(unchecked) private var timing: ConnectionTiming
    @exclusivity(unchecked) private var stall = HTTP2Stall()
    /// When it was seen that the client alone has to end a tunnel.
    @exclusivity(unchecked) private var closedSince: NIODeadline?
    @exclusivity(unchecked) private var writability: EventLoopCondition?

    init(_ number: UInt32, connection: HTTP2ServerConnection, method: HTTPRequest.Method, isInputEnded: Bool) {
        self.number = number
        self.connection = connection
        self.loop = connection.loop
        self.isInputEnded = isInputEnded
        self.sendWindow = HTTP2SendWindow(connection.peer.initialWindowSize)
        self.receiveWindow = HTTP2ReceiveWindow(
            connection.limits.streamWindow,
            known: connection.isSettingsAcknowledged ? 0 : HTTP2Parameters.defaultWindow
        )
        self.timing = ConnectionTiming(openedAt: loop.now)
        self.writer = ResponseWriter(
            ResponseWriter.Context(
                method: ResponseWriter.MethodKind(method),
                version: .http2,
                mayPersist: true
            )
        )
    }

    /// Begins the exchange.
    func begin(_ head: RequestHead, _ settings: ServerSettings, refusal: HTTPError? = nil) -> ServerExchange {
        var body: BodyStream?
        if !isInputEnded {
            body = BodyStream(
                eventLoop: loop.eventLoop,
                announcedLength: head.framing.announcedLength,
                capacity: connection.limits.streamWindow / 2
            ) { [weak self] in
                self?.contentIsWanted()
            }
        }
        // What a tunnel carries is no content.
        meter = HTTP2ContentMeter(announced: head.method == .connect ? nil : head.framing.announcedLength)
        let exchange = ServerExchange(connection: self, head: head, body: body, settings: settings, refusal: refusal)
        self.exchange = exchange
        isCounted = true
        timing.beganRequest(at: loop.now)
        return exchange
    }

    // MARK: Content that arrives

    func receive(_ bytes: ByteBuffer, flowBytes: Int) throws(HTTP2Error) {
        try receiveWindow.receive(flowBytes, stream: number)
        drain?.received(flowBytes, at: .now())
        guard bytes.readableBytes > 0 else { return }
        timing.received(bytes.readableBytes)
        try meter.receive(bytes.readableBytes, stream: number)
        if let receiver {
            receiver.push(bytes)
            return receiver.wake()
        }
        guard let body = exchange?.body else { return }
        body.push(bytes)
        body.wake()
    }

    /// The client has sent all.
    func endInput(trailers: HTTPFields) throws(HTTP2Error) {
        try meter.end(stream: number)
        isInputEnded = true
        if let receiver { receiver.finish() } else { exchange?.body?.finish(trailers: trailers) }
        closeIfEnded()
    }

    /// What the client has sent can't be read to its end.
    func failInput(_ error: any Error, endsStream: Bool) {
        exchange?.body?.fail(error)
        guard endsStream else { return }
        isInputEnded = true
        closeIfEnded()
    }

    /// A reader waits for content, or has taken some. Called on the loop.
    private func contentIsWanted() {
        guard !isBroken, !isInputEnded else { return connection.growReceiveWindow() }
        if let exchange, exchange.head.expectsContinue, !hasSentContinue, !writer.isHeadWritten {
            hasSentContinue = true
            // A client that has begun to send has given up waiting (RFC 9110 section 10.1.1).
            if meter.received == 0 { try? writeInformational(exchange, .continue, [:]) }
        }
        growReceiveWindow()
        connection.growReceiveWindow()
    }

    /// Lets the client send more, as far as what it has sent was read.
    func growReceiveWindow() {
        guard !isBroken, !isInputEnded, receiveWindow.isLow else { return }
        // Content that is not read any more is asked for only as far as it is dropped.
        guard receiver?.wantsBytes ?? (exchange != nil || drain?.grantsMore == true) else { return }
        guard let increment = receiveWindow.grow(unread: exchange?.body?.bufferedBytes ?? 0) else { return }
        connection.channel.output.tail.writeHTTP2WindowUpdate(stream: number, increment: increment)
        connection.flushSoon()
    }

    /// How many bytes of the content wait for their reader, who will let the connection know.
    var unreadBytes: Int {
        guard let receiver else { return exchange?.body?.unreadBytes() ?? 0 }
        return receiver.wantsBytes ? 0 : receiveWindow.limit - receiveWindow.size
    }

    // MARK: Content that leaves

    /// The fields behind the content.
    var trailers: HTTPFields? { writer.http2Trailers }

    /// Whether nothing follows the content that is in the queue.
    var endsWithContent: Bool { isTunnelFinished || (writer.isEnded && writer.http2Trailers == nil) }

    /// Whether there is something to send, as far as the stream's own window is concerned.
    var canSend: Bool {
        guard !isBroken, !isOutputEnded else { return false }
        return queue.isEmpty ? writer.isEnded || isTunnelFinished : sendWindow.size > 0
    }

    /// Some content has left.
    func sent(_ count: Int) {
        stall.sent(count)
        guard queue.byteCount <= connection.limits.maximumUnsentBytes / 2 else { return }
        writability?.signal()
        if isTunnelFull { tunnelHasRoom() }
    }

    /// Whether the handler may go on writing.
    var isWritable: Bool {
        isBroken || isOutputEnded || queue.byteCount < connection.limits.maximumUnsentBytes
    }

    func waitUntilWritable() async throws {
        let condition = try await loop.executor.run { self.presentWritability }
        try await condition.wait {
            self.isBroken || self.isOutputEnded || self.queue.byteCount <= self.connection.limits.maximumUnsentBytes / 2
        }
    }

    private var presentWritability: EventLoopCondition {
        if let writability { return writability }
        let condition = EventLoopCondition(eventLoop: loop.eventLoop)
        writability = condition
        return condition
    }

    // MARK: The end

    /// The end of the response has been sent.
    func endOutput() {
        isOutputEnded = true
        writability?.signal()
        finishIfOver()
        drain?.answered(at: .now())
        closeIfEnded()
    }

    /// Ends the exchange when the response is complete and the handler has returned, and with it what is left of the
    /// request.
    func finishIfOver() {
        guard writer.isEnded, !handler.isRunning, !isBroken else { return }
        if let exchange {
            self.exchange = nil
            reportCompletion()
            exchange.body?.discard()
            connection.growReceiveWindow()
            if writer.mustClose { connection.sayFarewell() }
        }
        guard drain == nil, !isInputEnded else { return }
        drain = HTTP2Drain(upTo: loop.settings.configuration.maximumDrainedBytes)
        if isOutputEnded { drain?.answered(at: .now()) }
        growReceiveWindow()
    }

    /// Tells the client that it need not send the rest of a request that is answered (RFC 9113 section 8.1).
    private func refuseRest() {
        isBroken = true
        connection.writeReset(number, .noError)
        connection.remove(self, .resetHere)
    }

    private func closeIfEnded() {
        guard isInputEnded, isOutputEnded, !isBroken else { return }
        connection.remove(self, .ended)
        letReceiverGo(HTTPBodyError.connectionClosed)
    }

    /// Tells the receiver that the stream is gone. It holds on to the stream: to hold on to it as well would keep both for
    /// ever, with the connection.
    private func letReceiverGo(_ error: any Error) {
        let last = receiver
        receiver = nil
        last?.fail(error)
    }

    /// Gives the stream up.
    func abandon(with code: HTTP2Error.Code, notice error: any Error) {
        guard !isBroken, !isOutputEnded || !isInputEnded else { return }
        connection.writeReset(number, code)
        breakDown(error)
        connection.remove(self, .resetHere)
    }

    /// The client has given the stream up.
    func resetByPeer() {
        breakDown(HTTPBodyError.connectionClosed)
        connection.remove(self, .resetByPeer)
    }

    /// The connection is gone, or about to.
    func connectionEnded() {
        breakDown(HTTPBodyError.connectionClosed)
    }

    /// The client will send no more on any stream. It may well wait for the response, if its request is complete.
    func inputClosed() {
        guard !isInputEnded else { return }
        if drain != nil, isOutputEnded { return refuseRest() }
        if let receiver { return receiver.finish() }
        exchange?.body?.fail(HTTPBodyError.connectionClosed)
        handler.cancel()
    }

    private func breakDown(_ error: any Error) {
        isBroken = true
        queue.removeAll()
        handler.cancel()
        exchange?.body?.fail(error)
        exchange = nil
        letReceiverGo(error)
        reportCompletion()
        writability?.signal()
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        let configuration = loop.settings.configuration
        // Whoever has got the stream has deadlines of their own, until they close it.
        guard receiver == nil || isTunnelClosed else { return }
        if isTunnelClosed, isOutputEnded {
            guard let since = closedSince else { return closedSince = now }
            guard now - since >= Self.closingTime else { return }
            return abandon(with: .noError, notice: HTTPBodyError.connectionClosed)
        }
        // Where it is the socket that takes nothing, the connection looks after that.
        let isStuck = !queue.isEmpty && min(sendWindow.size, connection.sendWindow.size) <= 0
        // A client that sends nothing more can't grant room either.
        if isStuck, connection.channel.hasPeerClosed {
            return abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
        }
        if connection.farewell != .none { drain?.hurry(at: now) }
        if drain?.isOver(at: now) == true { return refuseRest() }
        if stall.hasLasted(now: now, isStuck: isStuck, configuration.writeTimeout) {
            return abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
        }
        guard let exchange, !writer.isEnded || handler.isRunning else { return }
        let isStarving = !isInputEnded && exchange.body?.isStarving == true
        switch timing.check(
            now: now,
            wait: isStarving ? .content : .handler,
            unsentBytes: 0,
            configuration: configuration
        ) {
        case .slowContent:
            exchange.body?.fail(HTTPBodyError.tooSlow)
        case .slowHandler:
            handlerIsTooSlow(exchange)
        case .idle, .slowHead, .stalledOutput, .silentHandler, nil:
            break
        }
    }
}
