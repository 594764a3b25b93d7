import HTTPTypes
import HTTPWire
import NIOCore

/// One exchange on an HTTP/2 connection.
final class HTTP2ClientStream: HTTP2Stream, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the connection's loop.

    let number: UInt32
    let exchange: ClientExchange
    /// Nil once the stream is out of the connection's table.
    private weak var connection: HTTP2ClientConnection?

    // MARK: The response

    var input: HTTP2ResponseInput
    var response = ResponseInbox()
    /// Whether something has arrived that the requester or the reader was not told of.
    private var isTouched = false

    // MARK: The request

    /// Watches the length of the request's content.
    private var meter: RequestContentMeter
    /// Until when the content waits for 100 (Continue); nil when it does not.
    private var continueTimer: Scheduled<Void>?
    /// Whether the stream is in the queue of those whose writers may have brought something.
    private var isPumpQueued = false
    /// What there is to send.
    @exclusivity(unchecked) var output: HTTP2StreamOutput
    /// When something happened last.
    private var lastProgress = NIODeadline.now()
    /// How much had arrived on the connection when the stream was opened.
    let arrivalsBefore: Int

    init(_ number: UInt32, exchange: ClientExchange, connection: HTTP2ClientConnection) {
        let request = exchange.request
        self.number = number
        self.arrivalsBefore = connection.arrivals.count
        self.exchange = exchange
        self.connection = connection
        self.input = HTTP2ResponseInput(
            HTTP2ResponseReader(stream: number, method: request.method),
            window: connection.multiplexer.makeReceiveWindow()
        )
        self.output = HTTP2StreamOutput(
            window: connection.multiplexer.peerSettings.initialWindowSize,
            isEnded: request.framing == .none
        )
        self.meter = RequestContentMeter(request.framing)
    }

    /// Whether the server has sent all.
    var isInputEnded: Bool { input.isEnded }

    /// Some content has left.
    func sent(_ count: Int) {
        exchange.recorder?.sent(count + HTTP2ClientConnection.frameHeadLength)
        lastProgress = .now()
        connection?.contentHasLeft(self)
    }

    func outputEnded() {}

    /// The stream is out of the connection's table.
    func leaveConnection() {
        connection = nil
        endContinueWait()
        output.stop()
    }

    /// The server wants no more of the content.
    func stopSending() {
        endContinueWait()
        output.stop()
        if case .stream(let body) = exchange.content { body.stop() }
    }

    /// Takes what there is from the writer of the content.
    func takeContent(of body: OutgoingBody) throws(HTTPClientError) {
        let batch = body.take()
        for content in batch.contents {
            try meter.add(content.byteCount)
            if content.byteCount > OutputBuffer.heldBytes {
                output.append(UnsentContent(content))
            } else {
                output.append(content.buffer)
            }
        }
        if let trailers = batch.end {
            try meter.end()
            // As with HTTP/1, no trailers follow a content of known length.
            if meter.isChunked, !trailers.isEmpty {
                try Self.check(trailers: trailers)
                output.finish(trailers: trailers)
            }
        }
        if meter.isEnded { output.finish() }
    }

    private static func check(trailers: HTTPFields) throws(HTTPClientError) {
        for field in trailers where ForbiddenTrailers.contains(field.name) {
            throw .invalidHeader("\(field.name) must not be a trailer (RFC 9110 section 6.5.1)")
        }
    }

    // MARK: Queues of the connection

    /// Something has arrived. Whether the connection has to remember that.
    func touch() -> Bool {
        defer { isTouched = true }
        return !isTouched
    }

    /// What has arrived is delivered.
    func endTouch() {
        isTouched = false
    }

    /// The writer of the content may have brought something. Whether the connection has to remember that.
    func queueForPump() -> Bool {
        guard output.isOpen, !isPumpQueued else { return false }
        isPumpQueued = true
        return true
    }

    /// It is looked at now.
    func leavePumpQueue() {
        isPumpQueued = false
    }

    // MARK: Waiting

    /// Whether the content waits for 100 (Continue).
    var awaitsContinue: Bool { continueTimer != nil }

    func awaitContinue(until timer: Scheduled<Void>) {
        continueTimer = timer
    }

    func endContinueWait() {
        continueTimer?.cancel()
        continueTimer = nil
    }

    /// Something has happened.
    func progressed(at now: NIODeadline) {
        lastProgress = now
    }

    /// Whether the server has left the exchange waiting for `time`.
    func isStalled(at now: NIODeadline, for time: TimeAmount) -> Bool {
        guard isWaitingForServer else {
            lastProgress = now
            return false
        }
        return now - lastProgress >= time
    }

    /// Whether it is the server's turn: to answer, to go on with the content, or to take what is sent to it.
    private var isWaitingForServer: Bool {
        if output.byteCount > 0 { return true }
        if let body = response.body { return body.isStarving }
        return !output.isOpen
    }
}
