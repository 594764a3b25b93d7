import NIOCore

/// The state machine of a client's HTTP/1 connection: what it sends and reads of each request, and whether it can be
/// used again. A plain value without bytes, sockets and clocks: tell it what happens, and do what it returns.
struct HTTP1ClientMachine {
    /// The properties of a request that matter.
    struct Request {
        /// Whether the request lets the connection be used again.
        var isPersistent = true
        /// Whether its content waits for 100 (Continue) (RFC 9110 section 10.1.1).
        var expectsContinue = false
        /// Whether it is a CONNECT, after which another protocol may use the connection.
        var isConnect = false
        /// Whether the client turns the connection into a tunnel for its own requests.
        var opensTunnel = false
    }

    /// The step to take after the head of a response.
    enum HeadStep {
        /// Deliver the response to the requester.
        case deliver
        /// The same, and the rest of the request stays unsent.
        case deliverAndStopSending
        /// Another protocol uses the connection from now on.
        case detach
        /// The server has switched to another protocol unasked, which ends the connection.
        case refuseUpgrade
    }

    /// The decision about a piece of content.
    enum ContentStep {
        case deliver
        case drop
        /// More is left than is worth draining.
        case abort
    }

    /// The step to take after a response.
    enum EndStep {
        /// The connection can be used again.
        case release
        case close
        /// The rest of the request stays unsent, and the connection is closed.
        case stopSendingAndClose
        /// The connection is now a tunnel, which the client keeps using.
        case keep
    }

    /// The decision about a response that will not be read.
    enum DropStep {
        case nothing
        /// Read the little that is left, and drop it, so that the connection can be used again.
        case drain
        /// End the exchange, and the connection with it.
        case end
    }

    /// The step to take when time has passed.
    enum DeadlineStep {
        case nothing
        /// The connection has been idle for too long.
        case closeIdle
        /// Draining the rest of a response has taken too long.
        case discard
        /// The server has kept the client waiting for too long.
        case timeOut
    }

    /// The step to take at the end of the connection.
    enum CloseStep {
        /// It was closed before, or another one has replaced it.
        case nothing
        /// Read what has arrived to its end.
        case finishReading
        /// Tell the other protocol that the input has ended.
        case finishReceiver
        /// Tell the other protocol that it was cut short.
        case failReceiver
    }

    private enum Phase {
        /// No request is outstanding.
        case free
        /// A request is being sent or answered.
        case busy
        /// The rest of a response is read and dropped.
        case draining(allowance: Int, until: NIODeadline)
        /// The connection is being closed, or is closed; no request is outstanding.
        case ending
        /// Another protocol uses the connection.
        case detached
    }

    private enum Sending {
        case awaitsContinue
        /// More of the content is to come.
        case open
        case complete
        /// The server does not want the rest.
        case stopped
    }

    /// How long the rest of an unwanted response may take to arrive.
    static let drainingTime = TimeAmount.seconds(2)

    private var phase = Phase.free
    private var sending = Sending.complete
    private var request = Request()
    /// Whether neither end has ruled out using the connection again.
    private var isPersistent = true
    private var requestCount = 0
    /// When there was progress last.
    private var lastProgress: NIODeadline
    /// Whether the pool knows of the connection. One that closes before has failed to connect.
    private(set) var isPooled = false
    private var hasPeerClosed = false
    /// Whether the channel is closed. A response may then still be read to its end.
    private var isClosed = false

    init(at now: NIODeadline) {
        self.lastProgress = now
    }

    // MARK: State

    /// Whether the connection carries a request, or could.
    var isOpen: Bool { isFree || isAnswering && !isClosed }

    /// Whether the connection carries no request, and could.
    var isFree: Bool { if case .free = phase { true } else { false } }

    /// Whether a response is outstanding.
    var isAnswering: Bool {
        switch phase {
        case .busy, .draining: true
        case .free, .ending, .detached: false
        }
    }

    /// Whether what arrives of the response is dropped.
    var isDraining: Bool { if case .draining = phase { true } else { false } }

    /// Whether the connection has carried a request before, besides a tunnel's CONNECT.
    var isReused: Bool { requestCount > 0 }

    /// Whether there is more of the request's content to send, and it may be sent.
    var sendsContent: Bool { isAnswering && sending == .open }

    // MARK: The request

    /// Whether a request can be started.
    ///
    /// - Parameter isReaderIdle: Whether no byte has arrived unsolicited.
    func mayBegin(isReaderIdle: Bool) -> Bool {
        isFree && isReaderIdle && !hasPeerClosed
    }

    /// A request begins.
    ///
    /// - Parameter isComplete: Whether all of it is sent with its head.
    mutating func begin(_ request: Request, isComplete: Bool, at now: NIODeadline) {
        self.request = request
        phase = .busy
        isPersistent = request.isPersistent
        sending = isComplete ? .complete : request.expectsContinue ? .awaitsContinue : .open
        lastProgress = now
        if !request.opensTunnel { requestCount += 1 }
    }

    /// The server wants the content, or has not said so in time.
    ///
    /// - Returns: Whether the content was waiting for that, and is to be sent.
    mutating func allowContent(at now: NIODeadline) -> Bool {
        guard isAnswering, sending == .awaitsContinue else { return false }
        sending = .open
        lastProgress = now
        return true
    }

    /// Some of the content has been sent.
    mutating func sentContent(isComplete: Bool, at now: NIODeadline) {
        if isComplete, sending == .open { sending = .complete }
        lastProgress = now
    }

    // MARK: The response

    /// Something has arrived.
    mutating func received(at now: NIODeadline) {
        lastProgress = now
    }

    /// The head of the final response has arrived.
    ///
    /// - Parameters:
    ///   - isPersistent: Whether the head lets the connection be used again.
    ///   - offersUpgrade: Whether the request has offered another protocol by Upgrade.
    mutating func receivedHead(status: Int, isPersistent: Bool, offersUpgrade: @autoclosure () -> Bool) -> HeadStep {
        let isSuccess = (200...299).contains(status)
        if status == 101 || request.isConnect && isSuccess, !request.opensTunnel {
            guard status != 101 || offersUpgrade() else { return .refuseUpgrade }
            phase = .detached
            return .detach
        }
        // A tunnel stays open whatever version of HTTP the proxy speaks (RFC 9110 section 9.3.6).
        if !isPersistent, !(request.opensTunnel && isSuccess) { self.isPersistent = false }
        // The server has answered without the rest of the request (RFC 9112 section 9.5). If it answers with success
        // while it is reading, it may want the rest; otherwise it is not sent.
        let sparesRest = sending == .awaitsContinue || sending == .open && (status >= 300 || !isPersistent)
        guard sparesRest else { return .deliver }
        sending = .stopped
        return .deliverAndStopSending
    }

    /// Some content has arrived.
    mutating func receivedContent(_ byteCount: Int) -> ContentStep {
        guard case .draining(let allowance, let until) = phase else { return .deliver }
        phase = .draining(allowance: allowance - byteCount, until: until)
        return byteCount > allowance ? .abort : .drop
    }

    /// The response is complete.
    ///
    /// - Parameters:
    ///   - isReaderIdle: Whether nothing has arrived after it.
    ///   - isSent: Whether the socket has accepted the whole request: the next one would have to wait for what is only
    ///     queued, for ever if the server does not read it.
    mutating func receivedEnd(isReaderIdle: Bool, isSent: @autoclosure () -> Bool) -> EndStep {
        let stopsSending = sending == .open || sending == .awaitsContinue
        let isReusable =
            isPersistent && sending == .complete && isReaderIdle && !hasPeerClosed && isSent()
        // The client decides when the tunnel ends; what the proxy says about persistence no longer applies to it.
        let isTunnel = request.opensTunnel
        phase = isReusable || isTunnel ? .free : .ending
        if isTunnel { return .keep }
        return isReusable ? .release : stopsSending ? .stopSendingAndClose : .close
    }

    /// The rest of the response will not be read.
    ///
    /// - Parameters:
    ///   - announcedLength: How long the content is, if its head says so.
    ///   - limit: How many bytes are drained at most.
    mutating func dropped(announcedLength: Int?, limit: Int, at now: NIODeadline) -> DropStep {
        guard case .busy = phase else { return .nothing }
        guard sending == .complete, announcedLength ?? 0 <= limit else { return .end }
        phase = .draining(allowance: limit, until: now + Self.drainingTime)
        return .drain
    }

    // MARK: The pool

    /// The connection has been made. False when it can't be used any more.
    mutating func join() -> Bool {
        guard isOpen else { return false }
        isPooled = true
        return true
    }

    /// Whether the pool can have the connection, which is idle. One that failed to become a tunnel must not be used for
    /// requests.
    mutating func release(at now: NIODeadline) -> Bool {
        guard isFree, isPooled else { return false }
        lastProgress = now
        return true
    }

    /// The connection no longer belongs to the client. Returns whether to tell the pool.
    mutating func leavePool() -> Bool {
        defer { isPooled = false }
        return isPooled
    }

    // MARK: The end

    /// The exchange has failed, or was cancelled. False when there is none.
    mutating func fail() -> Bool {
        guard isAnswering else { return false }
        phase = .ending
        return true
    }

    /// The peer will send no more.
    mutating func peerClosed() {
        hasPeerClosed = true
    }

    /// The connection is closed, or another one has replaced it.
    ///
    /// - Parameter isInOrder: Whether both ends have finished sending.
    mutating func channelClosed(isInOrder: Bool) -> CloseStep {
        guard !isClosed else { return .nothing }
        isClosed = true
        hasPeerClosed = true
        switch phase {
        case .busy, .draining, .ending:
            return .finishReading
        case .free:
            phase = .ending
            return .finishReading
        case .detached:
            phase = .ending
            return isInOrder ? .finishReceiver : .failReceiver
        }
    }

    // MARK: Deadlines

    /// Checks whether something takes too long.
    ///
    /// - Parameters:
    ///   - isWritable: Whether the server accepts what is sent to it.
    ///   - isStarving: Whether a reader waits for content that the server has not sent; nil when there is no content
    ///     yet.
    mutating func checkDeadlines(
        at now: NIODeadline,
        idleTimeout: TimeAmount?,
        readTimeout: TimeAmount?,
        isWritable: Bool,
        isStarving: Bool?
    ) -> DeadlineStep {
        switch phase {
        case .ending, .detached:
            return .nothing
        case .free:
            guard let idleTimeout, now - lastProgress >= idleTimeout else { return .nothing }
            return .closeIdle
        case .draining(_, let until):
            return now >= until ? .discard : .nothing
        case .busy:
            guard let readTimeout else { return .nothing }
            // It is the server's turn: to answer, to continue the content, or to accept what is sent to it.
            guard !isWritable || isStarving ?? (sending == .complete) else {
                lastProgress = now
                return .nothing
            }
            return now - lastProgress >= readTimeout ? .timeOut : .nothing
        }
    }
}

extension HTTP1ClientMachine.Request {
    init(_ request: borrowing OutgoingRequest, opensTunnel: Bool) {
        self.init(
            isPersistent: request.isPersistent,
            expectsContinue: request.expectsContinue,
            isConnect: request.method == .connect,
            opensTunnel: opensTunnel
        )
    }
}
