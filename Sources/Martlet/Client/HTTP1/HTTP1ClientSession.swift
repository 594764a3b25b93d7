import HTTPTypes
import HTTPWire
import NIOCore

/// The exchanges of a client's HTTP/1 connection, one after the other: the bytes to send for them, and what those that
/// arrive mean for them. A plain value without a channel or a clock.
///
/// Bytes go in, and steps come out, each of which the connection carries out before it asks for the next. The rules are
/// those of the ``HTTP1ClientMachine``.
struct HTTP1ClientSession {
    /// The connection's step after bytes have arrived.
    enum Step {
        /// Wait: more must arrive, or be read, first.
        case none
        /// Ask for the next step.
        case proceed
        /// Check that nothing has arrived: there is no request.
        case checkSilence
        /// Deliver an informational response.
        case informational(ResponseHead)
        /// Deliver the final response, and what there is of its content.
        case deliver(ResponseInbox.Delivery)
        /// Leave the connection to another protocol.
        case detach(ResponseHead)
        /// Finish the exchange, whose response is complete.
        case finish(trailers: HTTPFields)
        /// End the exchange with an error, after what has arrived was delivered.
        case fail(HTTP1ResponseReader.Failure)
        /// End the exchange: the server has switched to another protocol unasked.
        case refuseUpgrade
        /// Tear the connection down: more is left than is worth draining.
        case abort
    }

    private var machine: HTTP1ClientMachine
    private var reader: HTTP1ResponseReader
    private var current: HTTP1ClientExchange?

    init(_ configuration: HTTPClient.Configuration, at now: NIODeadline) {
        self.machine = HTTP1ClientMachine(at: now)
        self.reader = HTTP1ResponseReader(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits,
            maximumInformational: configuration.maximumInformationalResponses
        )
    }

    // MARK: State

    /// The exchange in progress.
    var exchange: ClientExchange? { current?.exchange }
    /// The content of its response, once that has been delivered.
    var body: BodyStream? { current?.response.body }
    /// Whether the connection carries a request, or could.
    var isOpen: Bool { machine.isOpen }
    /// Whether the connection carries no request, and could.
    var isFree: Bool { machine.isFree }
    /// Whether the connection has carried a request before, besides a tunnel's CONNECT.
    var isReused: Bool { machine.isReused }
    /// Whether the pool knows of the connection.
    var isPooled: Bool { machine.isPooled }
    /// Whether no request is outstanding, and nothing has arrived.
    var isIdle: Bool { reader.isIdle }
    /// Whether a request can be started.
    var mayBegin: Bool { machine.mayBegin(isReaderIdle: reader.isIdle) }
    /// Whether there is room for more than has arrived.
    var wantsBytes: Bool { machine.isDraining || current?.response.wantsBytes ?? true }

    // MARK: The request

    /// Begins an exchange: writes the head of the request, and its content if that is known and need not wait.
    mutating func begin(
        _ exchange: ClientExchange,
        into output: inout OutputBuffer,
        at now: NIODeadline
    ) throws(HTTPClientError) {
        let begun = try HTTP1ClientExchange(exchange, into: &output)
        reader.expectResponse(to: exchange.request.method)
        let facts = HTTP1ClientMachine.Request(exchange.request, opensTunnel: exchange.opensTunnel)
        machine.begin(facts, isComplete: begun.isRequestComplete, at: now)
        current = begun
    }

    /// The content that can be sent now as it is written; nil if it must wait, or there is none.
    var sendableBody: OutgoingBody? {
        guard machine.sendsContent, case .stream(let body)? = current?.exchange.content else { return nil }
        return body
    }

    /// Writes some of the content.
    mutating func write(_ content: OutgoingContent, into output: inout OutputBuffer) throws(HTTPClientError) {
        try current?.write(content, into: &output)
    }

    /// Writes the end of the request.
    mutating func endRequest(trailers: HTTPFields, into output: inout OutputBuffer) throws(HTTPClientError) {
        try current?.endRequest(trailers: trailers, into: &output)
    }

    /// The bytes that were written are about to be sent.
    mutating func sentContent(at now: NIODeadline) {
        machine.sentContent(isComplete: current?.isRequestComplete == true, at: now)
    }

    /// The content waits for 100 (Continue), until `timer` fires at the latest.
    mutating func awaitContinue(until timer: Scheduled<Void>) {
        current?.continueWait.begin(until: timer)
    }

    /// The server wants the content, or has not said so in time: writes it, if all of it is known.
    ///
    /// - Returns: Whether the content was waiting for that.
    mutating func endContinueWait(
        of exchange: ClientExchange,
        into output: inout OutputBuffer,
        at now: NIODeadline
    ) throws(HTTPClientError) -> Bool {
        guard current?.exchange === exchange, machine.allowContent(at: now) else { return false }
        current?.continueWait.end()
        try current?.writeWhole(into: &output)
        return true
    }

    // MARK: The response

    /// Bytes have arrived. Returns whether there may be a step to take.
    mutating func receive(_ bytes: ByteBuffer, at now: @autoclosure () -> NIODeadline) -> Bool {
        guard machine.isOpen else { return false }
        if machine.isAnswering {
            machine.received(at: now())
            current?.exchange.recorder?.received(bytes.readableBytes)
        }
        reader.append(bytes)
        return true
    }

    /// The next step.
    ///
    /// - Parameter makeBody: Makes the stream for a content of the length that the head announces.
    @inline(__always)
    mutating func next(_ makeBody: (_ announcedLength: Int?) -> BodyStream) -> Step {
        guard machine.isAnswering else { return machine.isFree ? .checkSilence : .none }
        guard wantsBytes else { return .none }
        switch reader.next() {
        case .informational(let head):
            return .informational(head)
        case .head(let head):
            return receive(head)
        case .content(let bytes):
            switch machine.receivedContent(bytes.readableBytes) {
            case .deliver: return current?.response.receive(bytes, makeBody).map { .deliver($0) } ?? .proceed
            case .drop: return .proceed
            case .abort: return .abort
            }
        case .end(let trailers):
            return .finish(trailers: trailers)
        case .needsMoreBytes:
            return needsMore(makeBody).map { .deliver($0) } ?? .none
        case .failed(let failure):
            if failure == .closedBeforeHead(afterFirstByte: true) { current?.exchange.note { $0.hasAnswer = true } }
            return .fail(failure)
        }
    }

    private mutating func receive(_ head: ResponseHead) -> Step {
        guard let exchange = current?.exchange else { return .none }
        exchange.receivedHead()
        let step = machine.receivedHead(
            status: head.statusCode,
            isPersistent: head.isPersistent,
            offersUpgrade: exchange.request.fields?[.upgrade] != nil
        )
        switch step {
        case .deliver:
            current?.response.receive(head)
        case .deliverAndStopSending:
            current?.response.receive(head)
            current?.stopSending()
        case .detach:
            return .detach(head)
        case .refuseUpgrade:
            return .refuseUpgrade
        }
        return .proceed
    }

    /// Everything that has arrived is consumed, or nothing more will arrive.
    ///
    /// - Returns: What is to be delivered now.
    mutating func needsMore(_ makeBody: (_ announcedLength: Int?) -> BodyStream) -> ResponseInbox.Delivery? {
        current?.response.needsMore(makeBody)
    }

    /// Ends the exchange, whose response is complete.
    ///
    /// - Parameter isSent: Whether the socket has accepted the whole request.
    /// - Returns: The exchange, and what to do with the connection; nil when there is none.
    mutating func finish(
        isSent: @autoclosure () -> Bool
    ) -> (ended: HTTP1ClientExchange, step: HTTP1ClientMachine.EndStep)? {
        guard var ended = current.take() else { return nil }
        let step = machine.receivedEnd(isReaderIdle: reader.isIdle, isSent: isSent())
        if step == .stopSendingAndClose { ended.stopSending() }
        return (ended, step)
    }

    /// The rest of a response will not be read.
    ///
    /// - Parameter limit: How many bytes are drained at most.
    mutating func drop(_ exchange: ClientExchange, limit: Int, at now: NIODeadline) -> HTTP1ClientMachine.DropStep {
        guard let current, current.exchange === exchange else { return .nothing }
        return machine.dropped(announcedLength: current.response.body?.announcedLength, limit: limit, at: now)
    }

    /// Whether something has arrived although there is no request. Nothing can be read after that.
    mutating func hasUnsolicitedBytes() -> Bool {
        if case .failed = reader.next() { true } else { false }
    }

    /// Ends the exchange with which another protocol takes the connection.
    ///
    /// - Returns: What has arrived for that protocol.
    mutating func detach() -> ByteBuffer {
        current?.stopSending()
        current = nil
        return reader.takeRemaining()
    }

    // MARK: The pool

    /// The connection has been made. False when it can't be used any more.
    mutating func join() -> Bool {
        machine.join()
    }

    /// Whether the pool can have the connection, which is idle.
    mutating func release(at now: NIODeadline) -> Bool {
        machine.release(at: now)
    }

    /// The connection no longer belongs to the client. Returns whether to tell the pool.
    mutating func leavePool() -> Bool {
        machine.leavePool()
    }

    // MARK: The end

    /// The exchange has failed, or was cancelled. Nil when there is none.
    mutating func fail() -> HTTP1ClientExchange? {
        guard machine.fail(), var failed = current.take() else { return nil }
        failed.continueWait.end()
        return failed
    }

    /// The server will send no more.
    mutating func peerClosed() {
        machine.peerClosed()
        reader.peerClosed()
    }

    /// The connection ends by an error: content that only the end of the connection delimits is not complete.
    mutating func wasCutOff() {
        reader.wasCutOff()
    }

    /// The channel is closed.
    ///
    /// - Parameter isInOrder: Whether both ends have finished sending.
    mutating func channelClosed(isInOrder: Bool) -> HTTP1ClientMachine.CloseStep {
        reader.peerClosed()
        return machine.channelClosed(isInOrder: isInOrder)
    }

    /// Another connection has taken the channel.
    ///
    /// - Returns: What has arrived for that one.
    mutating func leave() -> ByteBuffer {
        _ = machine.channelClosed(isInOrder: false)
        return reader.takeRemaining()
    }

    /// Checks whether something takes too long.
    ///
    /// - Parameter isWritable: Whether the server accepts what is sent to it.
    mutating func checkDeadlines(
        at now: NIODeadline,
        _ configuration: HTTPClient.Configuration,
        isWritable: Bool
    ) -> HTTP1ClientMachine.DeadlineStep {
        machine.checkDeadlines(
            at: now,
            idleTimeout: configuration.idleTimeout.map { TimeAmount($0) },
            readTimeout: configuration.readTimeout.map { TimeAmount($0) },
            isWritable: isWritable,
            isStarving: current?.response.body?.isStarving
        )
    }
}
