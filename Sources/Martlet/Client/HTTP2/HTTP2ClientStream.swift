import HTTPTypes
import HTTPWire
import NIOCore

/// One exchange on an HTTP/2 connection.
final class HTTP2ClientStream: HTTP2Stream, HTTP2QueuedStream, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the connection's loop.

    /// The bytes of a frame's head.
    static let frameHeadLength = 9
    /// How many bytes of content may be queued before no more is taken from the writer.
    private static let unsentLimit = 131_072

    let number: UInt32
    let exchange: ClientExchange
    /// How many frames had arrived on the connection when the stream was opened.
    let arrivalsBefore: Int
    private let clock: LoopClock
    /// How many bytes of the response's content may wait for their reader.
    private let bodyCapacity: Int
    /// Nil once the stream has been removed from the connection's table.
    private weak var connection: HTTP2ClientConnection?
    private var input: HTTP2ResponseInput
    private(set) var response = ResponseInbox()
    private var content: HTTP2RequestContent
    @exclusivity(unchecked) var output: HTTP2StreamOutput
    /// The queues of the connection that the stream is in.
    private var queues: HTTP2QueueKinds = []
    /// When there was progress last.
    private var lastProgress: NIODeadline

    /// - Parameter arrivalsBefore: How many frames have arrived on the connection: more are progress.
    init(_ number: UInt32, exchange: ClientExchange, connection: HTTP2ClientConnection, arrivalsBefore: Int) {
        let request = exchange.request
        self.number = number
        self.exchange = exchange
        self.arrivalsBefore = arrivalsBefore
        self.clock = connection.loop.clock
        self.lastProgress = clock.now
        // The bytes beyond the capacity come from the other half of the window, while the reader reads this one.
        self.bodyCapacity = connection.limits.streamWindow / 2
        self.connection = connection
        self.input = HTTP2ResponseInput(
            HTTP2ResponseReader(stream: number, method: request.method),
            window: connection.multiplexer.makeReceiveWindow()
        )
        self.content = HTTP2RequestContent(request.framing)
        self.output = HTTP2StreamOutput(
            window: connection.multiplexer.peerSettings.initialWindowSize,
            isEnded: request.framing == .none
        )
    }

    // MARK: The response

    /// Whether the server has ended the stream.
    var isInputEnded: Bool { input.isEnded }

    /// A field block has arrived.
    func decode(
        _ block: ByteBuffer,
        endsStream: Bool,
        with decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> HTTP2ResponseReader.Event {
        exchange.recorder?.received(block.readableBytes + Self.frameHeadLength)
        return try input.receive(block, endsStream: endsStream, decoder: &decoder)
    }

    /// The field block means this.
    ///
    /// - Returns: The trailers, once the response is complete.
    func receive(_ event: HTTP2ResponseReader.Event, endsStream: Bool) -> HTTPFields? {
        switch event {
        case .informational(let head):
            receiveInformational(head)
            return nil
        case .head(let head):
            receive(head)
            return endsStream ? [:] : nil
        case .trailers(let trailers):
            return trailers
        }
    }

    private func receiveInformational(_ head: ResponseHead) {
        guard let connection else { return }
        let configuration = connection.core.configuration
        let limit = configuration.maximumInformationalResponses
        guard input.informationalCount <= limit else {
            let error = HTTPClientError.tooManyInformationalResponses(limit: limit)
            return connection.end(self, with: error, code: .enhanceYourCalm)
        }
        if head.statusCode == 100 { sendAfterContinue() }
        exchange.receivedInformational(head, configuration)
    }

    private func receive(_ head: ResponseHead) {
        exchange.receivedHead()
        response.receive(head)
        // The server has answered without the rest of the request. If it answers with success while it is reading, it
        // may want the rest; otherwise it is not sent.
        if output.isOpen, content.continueWait.isPending || head.statusCode >= 300 { stopSending() }
    }

    /// Content has arrived, which counts for `flowBytes` in the window.
    func receive(_ bytes: ByteBuffer, flowBytes: Int, endsStream: Bool) throws(HTTP2Error) {
        exchange.recorder?.received(flowBytes + Self.frameHeadLength)
        try input.receive(byteCount: bytes.readableBytes, flowBytes: flowBytes, endsStream: endsStream)
        if bytes.readableBytes > 0 { deliver(response.receive(bytes) { makeBody(announcedLength: $0) }) }
        if !endsStream { openWindow() }
    }

    /// Delivers the response although its content is not complete.
    func deliverBegun() {
        deliver(response.needsMore { makeBody(announcedLength: $0) })
    }

    private func deliver(_ delivery: ResponseInbox.Delivery?) {
        if let delivery { connection?.deliver(delivery, to: exchange) }
    }

    private func makeBody(announcedLength: Int?) -> BodyStream {
        let loop = clock.eventLoop
        return BodyStream(eventLoop: loop, announcedLength: announcedLength, capacity: bodyCapacity) { [weak self] in
            self?.openWindow()
        }
    }

    /// Grows the server's window by what the reader has made room for, unless that is little.
    private func openWindow() {
        let increment = input.growWindow(isWanted: response.wantsBytes, unread: response.bufferedBytes)
        if let increment { connection?.writeWindowUpdate(number, increment) }
    }

    /// The response is complete. Returns what is to be delivered now.
    func complete(trailers: HTTPFields) -> ResponseInbox.Delivery? {
        response.complete(trailers: trailers)
    }

    /// Fails the exchange. The stream has been removed from the connection's table.
    func fail(_ error: any Error) {
        exchange.ended(error)
        response.fail(error)
        exchange.connectionFailed(error)
    }

    // MARK: The request

    /// Sends the content, or starts sending it.
    func sendContent() {
        if exchange.request.expectsContinue { awaitContinue() } else { sendWhole() }
        guard case .stream(let body) = exchange.content else { return }
        body.connect { [weak self, eventLoop = clock.eventLoop] in
            eventLoop.execute { [weak self] in self?.contentIsWanted() }
        }
    }

    /// Sends the content if all of it is known. Its length has been checked.
    private func sendWhole() {
        guard output.isOpen, case .whole(let content) = exchange.content else { return }
        output.append(UnsentContent(content))
        output.finish()
        connection?.send(self)
    }

    private func awaitContinue() {
        guard let connection else { return }
        let wait = TimeAmount(connection.core.configuration.expectContinueTimeout)
        let timer: Scheduled<Void> = clock.schedule(in: wait) { [weak self] in
            self?.sendAfterContinue()
        }
        content.continueWait.begin(until: timer)
    }

    /// The server wants the content, or has not said so in time.
    private func sendAfterContinue() {
        guard content.continueWait.isPending else { return }
        content.continueWait.end()
        lastProgress = clock.now
        sendWhole()
        contentIsWanted()
    }

    /// The writer of the content may have added something, or there is room for more.
    private func contentIsWanted() {
        if output.isOpen { connection?.contentIsWanted(of: self) }
    }

    /// Moves what there is from the writer of the content to the output, unless there is enough.
    func takeContent() {
        guard output.isOpen, !content.continueWait.isPending, output.byteCount < Self.unsentLimit,
            case .stream(let body) = exchange.content
        else { return }
        do throws(HTTPClientError) {
            try content.move(body.take(), to: &output)
        } catch {
            exchange.fail(error)
        }
    }

    /// Some content has been sent.
    func sent(_ count: Int) {
        exchange.recorder?.sent(count + Self.frameHeadLength)
        lastProgress = clock.now
        if output.byteCount <= Self.unsentLimit / 2 { contentIsWanted() }
    }

    func outputEnded() {}

    /// The server does not want the rest of the content.
    func stopSending() {
        content.continueWait.end()
        output.stop()
        if case .stream(let body) = exchange.content { body.stop() }
    }

    // MARK: The connection

    func enter(_ queue: HTTP2QueueKinds) -> Bool {
        queues.insert(queue).inserted
    }

    func leave(_ queue: HTTP2QueueKinds) {
        queues.remove(queue)
    }

    /// The stream has been removed from the connection's table.
    func leaveConnection() {
        connection = nil
        content.continueWait.end()
        output.stop()
    }

    // MARK: Deadlines

    /// There was progress.
    func progressed(at now: NIODeadline) {
        lastProgress = now
    }

    /// Whether the server has kept the exchange waiting for `time`.
    func isStalled(at now: NIODeadline, for time: TimeAmount) -> Bool {
        guard isWaitingForServer else {
            lastProgress = now
            return false
        }
        return now - lastProgress >= time
    }

    /// Whether it is the server's turn: to answer, to continue the content, or to accept what is sent to it.
    private var isWaitingForServer: Bool {
        if output.byteCount > 0 { return true }
        if let body = response.body { return body.isStarving }
        return !output.isOpen
    }
}
