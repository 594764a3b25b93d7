import HTTPTypes
import HTTPWire
import NIOCore

/// One stream of an HTTP/2 connection: a request and its response.
final class HTTP2ServerStream: HTTP2Stream, @unchecked Sendable {
    // Sendable, and exempt from the run-time check for overlapping accesses, for the same reasons as its connection.

    private enum Phase {
        /// The stream carries a request and its response.
        case exchange(ServerExchange)
        /// It carries another protocol.
        case tunnel(HTTP2Tunnel)
        /// The request is answered, or could not be understood.
        case over
        /// The stream was closed before both sides had ended it.
        case broken
    }

    let number: UInt32
    let connection: HTTP2ServerConnection
    let loop: ServerLoop
    @exclusivity(unchecked) private var phase = Phase.over
    @exclusivity(unchecked) private var writer: ResponseWriter
    @exclusivity(unchecked) var handler = ExchangeSlot()
    /// Whether the connection counts the exchange as in progress.
    @exclusivity(unchecked) private var isCounted = false

    /// The rest of the request after its head.
    @exclusivity(unchecked) private var input: HTTP2RequestInput
    /// The output of the stream.
    @exclusivity(unchecked) var output: HTTP2StreamOutput

    @exclusivity(unchecked) private var timing: ConnectionTiming
    @exclusivity(unchecked) private var writability: EventLoopCondition?

    /// - Parameters:
    ///   - reader: The reader of the rest of the request.
    ///   - method: The method of the request.
    init(_ reader: HTTP2RequestReader, _ method: HTTPRequest.Method, connection: HTTP2ServerConnection) {
        self.number = reader.stream
        self.connection = connection
        self.loop = connection.loop
        self.input = HTTP2RequestInput(
            reader,
            window: connection.multiplexer.makeReceiveWindow()
        )
        self.output = HTTP2StreamOutput(window: connection.multiplexer.peerSettings.initialWindowSize)
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
    func begin(_ head: consuming RequestHead, _ settings: ServerSettings, refusal: HTTPError? = nil) -> ServerExchange {
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
        let exchange = ServerExchange(connection: self, head: head, body: body, settings: settings, refusal: refusal)
        phase = .exchange(exchange)
        isCounted = true
        timing.beganRequest(at: loop.now)
        return exchange
    }

    /// The exchange until it is over; nil for a malformed request.
    var exchange: ServerExchange? {
        if case .exchange(let exchange) = phase { exchange } else { nil }
    }

    /// Whether the stream was closed before both sides ended it.
    var isBroken: Bool {
        if case .broken = phase { true } else { false }
    }

    /// The handler has returned, or its request was dropped.
    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?) {
        handler.ended()
        if isCounted {
            isCounted = false
            connection.multiplexer.handlerReturned()
        }
        settle(exchange, error)
    }

    // MARK: Content that arrives

    /// Whether the client has ended the stream.
    var isInputEnded: Bool { input.isEnded }

    func receive(_ bytes: ByteBuffer, flowBytes: Int, endsStream: Bool) throws(HTTP2Error) {
        try input.receive(byteCount: bytes.readableBytes, flowBytes: flowBytes, now: loop.clock.now)
        if bytes.readableBytes > 0 {
            timing.received(bytes.readableBytes)
            push(bytes)
        }
        guard endsStream else { return growReceiveWindow() }
        try input.end()
        endInput(trailers: [:])
    }

    private func push(_ bytes: ByteBuffer) {
        if let receiver {
            receiver.push(bytes)
            receiver.wake()
        } else if let body = exchange?.body {
            body.push(bytes)
            body.wake()
        }
    }

    /// A field block has arrived after the head.
    func receiveTrailers(_ block: ByteBuffer, endsStream: Bool) throws(HTTP2Error) {
        switch try input.receive(block, endsStream: endsStream, decoder: &connection.multiplexer.decoder) {
        case .trailers(let trailers):
            endInput(trailers: trailers)
        case .refused(let error):
            exchange?.body?.fail(HTTPBodyError.malformed(error))
            if endsStream { closeIfEnded() }
        }
    }

    private func endInput(trailers: HTTPFields) {
        if let receiver { receiver.finish() } else { exchange?.body?.finish(trailers: trailers) }
        closeIfEnded()
    }

    /// A reader waits for content, or has taken some. Called on the loop.
    private func contentIsWanted() {
        guard !isBroken, !isInputEnded else { return connection.growReceiveWindow() }
        if let exchange, exchange.head.expectsContinue, !writer.isHeadWritten, input.sendsContinue() {
            try? writeInformational(exchange, .continue, [:])
        }
        growReceiveWindow()
        connection.growReceiveWindow()
    }

    /// Lets the client send more, as far as what it has sent was read.
    func growReceiveWindow() {
        guard !isBroken else { return }
        let increment = input.growWindow(
            isWanted: receiver?.wantsBytes ?? (exchange != nil),
            unread: exchange?.body?.bufferedBytes ?? 0
        )
        guard let increment else { return }
        connection.channel.output.tail.writeHTTP2WindowUpdate(stream: number, increment: increment)
        connection.flushSoon()
    }

    /// How many bytes of the content have not been read; the reader will notify the connection.
    var unreadBytes: Int {
        guard let receiver else { return exchange?.body?.unreadBytes() ?? 0 }
        return receiver.wantsBytes ? 0 : input.usedWindow
    }

    // MARK: Content that leaves

    /// Some content has been sent.
    func sent(_ count: Int) {
        guard output.byteCount <= connection.limits.maximumUnsentBytes / 2 else { return }
        writability?.signal()
        guard tunnel?.isFull == true else { return }
        tunnel?.filled(false)
        // Not at once: a receiver that writes now would start sending again within the current round.
        loop.executor.atEndOfTurn { [weak self] in self?.receiver?.becameWritable() }
    }

    /// Whether the handler may continue writing.
    var isWritable: Bool {
        isBroken || output.isEnded || output.byteCount < connection.limits.maximumUnsentBytes
    }

    func waitUntilWritable() async throws {
        let condition = try await loop.executor.run { self.presentWritability }
        try await condition.wait {
            self.isBroken || self.output.isEnded
                || self.output.byteCount <= self.connection.limits.maximumUnsentBytes / 2
        }
    }

    private var presentWritability: EventLoopCondition {
        if let writability { return writability }
        let condition = EventLoopCondition(eventLoop: loop.eventLoop)
        writability = condition
        return condition
    }

    // MARK: Responses

    func respond(
        _ exchange: ServerExchange,
        _ body: (inout ResponseWriter, inout ResponseDraft, inout HTTP2ResponseEncoder) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) {
        try check(exchange)
        // Also what was written before an error: it must not end up in another response.
        defer { sendWritten() }
        let wasChangedTooLate = try exchange.write(with: &writer) { (writer, draft) throws(HTTPServerError) in
            try body(&writer, &draft, &connection.response)
        }
        if wasChangedTooLate { throw .headAlreadySent }
    }

    func check(_ exchange: ServerExchange) throws(HTTPServerError) {
        guard self.exchange === exchange else {
            throw isBroken ? .connectionClosed : .responseEnded
        }
    }

    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError) {
        try check(exchange)
        try writer.checkInformational(status, fields)
        connection.writeInformational(number, status, fields)
    }

    /// Answers a malformed request.
    func refuse(_ error: HTTPParseError) {
        var draft = ResponseDraft(isPersistent: true)
        draft.status = error.status
        try? writer.end(.text("\(error)"), draft, loop.headConstants, into: &connection.response)
        sendWritten()
        finishIfOver()
    }

    var isHeadWritten: Bool { writer.isHeadWritten }

    var isResponseEnded: Bool { writer.isEnded }

    var summary: HTTPResponseSummary { writer.summary }

    /// Sends what was written.
    private func sendWritten() {
        if let content = connection.response.takeDefault() {
            if connection.sendDefault(content, on: self) { return outputEnded() }
            connection.response.appendAsAny(default: content)
        }
        sendEncoded {
            if writer.isEnded { output.finish(trailers: connection.response.takeTrailers()) }
            guard let head = connection.response.takeHead() else { return }
            let endsStream = output.endWithHead()
            connection.write(head, for: number, endsStream: endsStream)
            if endsStream { outputEnded() }
        }
    }

    /// Sends what was put out to the connection's encoder.
    ///
    /// - Parameter head: Called before content is sent.
    @inline(__always)
    private func sendEncoded(head: () -> Void = {}) {
        connection.response.drain(to: &output)
        head()
        connection.send(self)
        // The content has been copied, so the memory can be reused.
        connection.response.reset()
    }

    // MARK: A tunnel

    /// The other protocol that the stream carries, if it does.
    private var tunnel: HTTP2Tunnel? {
        get { if case .tunnel(let tunnel) = phase { tunnel } else { nil } }
        set { if let newValue { phase = .tunnel(newValue) } }
    }

    /// The receiver of what the client sends for another protocol.
    var receiver: (any DetachedReceiver)? { tunnel?.receiver }

    /// Passes the stream to another protocol.
    ///
    /// - Parameter writeHeaders: Whether the head of the response is written before.
    func openTunnel(_ exchange: ServerExchange, to receiver: any DetachedReceiver, writeHeaders: Bool) throws {
        if writeHeaders {
            try exchange.withDraft { (draft) throws(HTTPServerError) in
                writer.opensTunnel = true
                try writer.flush(draft, loop.headConstants, into: &connection.response)
                draft.isHeadSent = true
            }
            sendWritten()
            guard !isBroken else { throw HTTPServerError.connectionClosed }
        }
        phase = .tunnel(HTTP2Tunnel(to: receiver))
        reportCompletion()
    }

    func moveTunnel(to receiver: any DetachedReceiver) {
        tunnel?.move(to: receiver)
    }

    /// Sends what the other protocol writes; false when it must wait.
    func sendTunnelled(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard tunnel != nil, output.isOpen else { throw HTTPServerError.connectionClosed }
        try connection.response.write(write)
        sendEncoded()
        tunnel?.filled(!isWritable)
        return isWritable
    }

    /// No content follows what was sent.
    func endOutput() {
        output.finish()
        connection.send(self)
    }

    func closeTunnel() {
        endOutput()
        tunnel?.close()
    }

    // MARK: The end

    /// The end of the response has been sent.
    func outputEnded() {
        writability?.signal()
        finishIfOver()
        if input.isDraining { input.answered(at: loop.clock.now) }
        closeIfEnded()
    }

    /// Ends the exchange when the response is complete and the handler has returned, and drops the rest of the request.
    func finishIfOver() {
        guard writer.isEnded, !handler.isRunning, !isBroken else { return }
        if let exchange {
            phase = .over
            reportCompletion()
            exchange.body?.discard()
            connection.growReceiveWindow()
            if writer.mustClose { connection.beginGoAway() }
        }
        guard input.beginDrain(upTo: loop.settings.configuration.maximumDrainedBytes) else { return }
        if output.isEnded { input.answered(at: loop.clock.now) }
        growReceiveWindow()
    }

    /// Tells the client that it need not send the rest of an answered request (RFC 9113 section 8.1).
    private func refuseRest() {
        phase = .broken
        connection.writeReset(number, .noError)
        connection.remove(self, .resetHere)
    }

    private func closeIfEnded() {
        guard isInputEnded, output.isEnded, !isBroken else { return }
        connection.remove(self, .ended)
        // The receiver references the stream: a cycle would keep both alive for ever, with the connection.
        guard let receiver else { return }
        phase = .over
        receiver.fail(HTTPBodyError.connectionClosed)
    }

    /// Resets the stream.
    func abandon(with code: HTTP2ErrorCode, notice error: any Error) {
        guard !isBroken, !output.isEnded || !isInputEnded else { return }
        connection.writeReset(number, code)
        breakDown(error)
        connection.remove(self, .resetHere)
    }

    /// The client has reset the stream.
    func resetByPeer() {
        breakDown(HTTPBodyError.connectionClosed)
        connection.remove(self, .resetByPeer)
    }

    /// The connection is closed, or about to be.
    func connectionEnded() {
        breakDown(HTTPBodyError.connectionClosed)
    }

    /// The client will send no more on any stream. If its request is complete, it may still wait for the response.
    func inputClosed() {
        guard !isInputEnded else { return }
        if input.isDraining, output.isEnded { return refuseRest() }
        if let receiver { return receiver.finish() }
        exchange?.body?.fail(HTTPBodyError.connectionClosed)
        handler.cancel()
    }

    private func breakDown(_ error: any Error) {
        let last = phase
        phase = .broken
        output.stop()
        handler.cancel()
        switch last {
        case .exchange(let exchange): exchange.body?.fail(error)
        case .tunnel(let tunnel): tunnel.receiver.fail(error)
        case .over, .broken: break
        }
        reportCompletion()
        writability?.signal()
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        let configuration = loop.settings.configuration
        // Another protocol has its own deadlines, until it closes the stream.
        guard tunnel?.isClosed != false else { return }
        if tunnel != nil, output.isEnded {
            if tunnel?.isOverdue(at: now) == true {
                abandon(with: .noError, notice: HTTPBodyError.connectionClosed)
            }
            return
        }
        // If the socket accepts nothing, the connection handles that.
        let connectionWindow = connection.multiplexer.sendWindow
        // A client that sends nothing more can't grow a window either.
        if output.isStuck(connectionWindow: connectionWindow), connection.channel.hasPeerClosed {
            return abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
        }
        if connection.shutdown.hasBegun { input.hurry(at: now) }
        if input.isDrainOver(at: now) { return refuseRest() }
        if output.hasStalled(connectionWindow: connectionWindow, now: now, configuration.writeTimeout) {
            return abandon(with: .cancel, notice: HTTPBodyError.connectionClosed)
        }
        guard let exchange, !writer.isEnded || handler.isRunning else { return }
        let isStarving = !isInputEnded && exchange.body?.isStarving == true
        switch timing.check(
            now: now,
            wait: isStarving ? .content : exchange.isEndless ? .endlessHandler : .handler,
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
