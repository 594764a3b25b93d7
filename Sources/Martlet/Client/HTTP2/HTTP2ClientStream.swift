import HTTPTypes
import HTTPWire
import NIOCore

/// One exchange on an HTTP/2 connection.
final class HTTP2ClientStream: HTTP2Stream, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the connection's loop.

    let number: UInt32
    let exchange: ClientExchange
    /// Nil once the stream has been removed from the connection's table.
    private weak var connection: HTTP2ClientConnection?

    // MARK: The response

    var input: HTTP2ResponseInput
    var response = ResponseInbox()
    /// Whether something has arrived that was not delivered to the requester or the reader.
    private var isTouched = false

    // MARK: The request

    /// Checks the length of the request's content.
    private var meter: RequestContentMeter
    /// The timer that limits the wait for 100 (Continue); nil when the content does not wait.
    private var continueTimer: Scheduled<Void>?
    /// Whether the stream is in the queue of those whose writers may have added something.
    private var isPumpQueued = false
    /// The output of the stream.
    @exclusivity(unchecked) var output: HTTP2StreamOutput
    /// When there was progress last.
    private var lastProgress = NIODeadline.now()
    /// How many frames had arrived on the connection when the stream was opened.
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

    /// Whether the server has ended the stream.
    var isInputEnded: Bool { input.isEnded }

    /// Some content has been sent.
    func sent(_ count: Int) {
        exchange.recorder?.sent(count + HTTP2ClientConnection.frameHeadLength)
        lastProgress = .now()
        connection?.contentHasLeft(self)
    }

    func outputEnded() {}

    /// The stream has been removed from the connection's table.
    func leaveConnection() {
        connection = nil
        endContinueWait()
        output.stop()
    }

    /// The server does not want the rest of the content.
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
            // As with HTTP/1, no trailers follow content of known length.
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

    /// Something has arrived. Returns whether the connection must remember that.
    func touch() -> Bool {
        defer { isTouched = true }
        return !isTouched
    }

    /// What has arrived is delivered.
    func endTouch() {
        isTouched = false
    }

    /// The writer of the content may have added something. Returns whether the connection must remember that.
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
