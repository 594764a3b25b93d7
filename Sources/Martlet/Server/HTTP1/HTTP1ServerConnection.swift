import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// One connection of a server: the only handler in its channel's pipeline, but for TLS or an observer in front of it.
///
/// Bytes go from the socket through the ``HTTP1ServerMachine``, which says what is to be done, to an exchange, and from
/// the exchange through the ``ResponseWriter`` back. Requests are answered one after the other; those that arrive early
/// wait unparsed.
final class HTTP1ServerConnection: ServerConnection, RemovableChannelHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and all other callers do so too; members that can be called from elsewhere say so.

    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // The variables are exempt from the run-time check for overlapping accesses, which would cost a fifth of a small
    // request. None overlap: there is one thread, and the values that are changed in place (channel, state, machine,
    // writer, handler) call nothing that comes back here.

    let loop: ServerLoop
    @exclusivity(unchecked) var channel = ChannelState()
    @exclusivity(unchecked) var state: ServerConnectionState
    @exclusivity(unchecked) private(set) var machine: HTTP1ServerMachine
    /// The request that is being answered, and its response.
    @exclusivity(unchecked) private(set) var exchange: ServerExchange?
    @exclusivity(unchecked) private var writer = ResponseWriter(.noRequest)
    /// The task that handles the connection's requests; none when the server is iterated over.
    @exclusivity(unchecked) var handler = ExchangeSlot()
    /// The parts of files that the channel has not sent yet, in order.
    @exclusivity(unchecked) private var filesInFlight = CircularBuffer<FileSlice>(initialCapacity: 0)
    private let writability: EventLoopCondition
    /// The channel, for its addresses to be read from other threads; nil once it is closed.
    let openConnection = Mutex<OpenConnection?>(nil)

    /// The outcome of the TLS handshake; nil without TLS. Set before the first request, and read by requests on any
    /// thread.
    private let agreement = Mutex<ConnectionSecurity?>(nil)

    init(loop: ServerLoop) {
        self.loop = loop
        let configuration = loop.settings.configuration
        let http2 = configuration.http2
        self.machine = HTTP1ServerMachine(
            headLimits: configuration.headLimits,
            bodyLimits: configuration.bodyLimits,
            mayBecomeHTTP2: http2.isEnabled && http2.allowsPriorKnowledge && loop.core.security == nil
        )
        self.writability = EventLoopCondition(eventLoop: loop.eventLoop)
        self.state = ServerConnectionState(openedAt: loop.clock.now)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        channel.added(to: context)
        if loop.core.hasBareConnections { channel.becameOnlyHandler(self) }
        openConnection.withLock { $0 = OpenConnection(channel: context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        count(as: .idle)
        loop.add(self)
    }

    func received(_ bytes: ByteBuffer) {
        switch machine.receive(bytes) {
        case .process: process()
        case .awaitPreface: break
        case .becomeHTTP2: becomeHTTP2()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            peerClosed()
        case TLSUserEvent.handshakeCompleted(let negotiatedProtocol):
            let security = ConnectionSecurity(context.pipeline)
            agreement.withLock { $0 = security }
            if negotiatedProtocol == "h2" { becomeHTTP2() }
        case ProxyHeaderEvent.received(let proxied):
            openConnection.withLock { $0?.proxied = proxied }
            // The handler that has read the header leaves the pipeline.
            if loop.core.hasBareConnections { channel.becameOnlyHandler(self) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// The outcome of the TLS handshake; nil without TLS. Can be read from anywhere.
    var security: ConnectionSecurity? { agreement.withLock { $0 } }

    func becameWritable() {
        if channel.output.holdsContent {
            flushOutput()
            guard channel.isWritable else { return }
        }
        writability.signal()
        receiver?.becameWritable()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the input without TLS's close_notify is harmless: requests tell where they end.
        if case NIOSSLError.uncleanShutdown = error { return }
        channel.failed()
        loop.settings.configuration.logger.debug("A connection failed: \(error)")
        context.close(promise: nil)
    }

    // MARK: What has arrived

    func advance() -> Bool {
        if machine.awaitsHead {
            // A client that sends requests but accepts no responses is not read any further.
            guard channel.output.byteCount < OutputBuffer.copyLimit * 4 else {
                flushOutput()
                return channel.isWritable && channel.output.isEmpty
            }
            guard channel.isWritable else { return false }
        }
        let wantsContent = machine.isReadingContent && exchange?.body?.wantsBytes == true
        return carryOut(machine.next(wantsContent: wantsContent))
    }

    /// Does what the machine says. Whether there may be more to do at once.
    @discardableResult
    @inline(__always)
    private func carryOut(_ step: consuming HTTP1ServerMachine.Step) -> Bool {
        switch consume step {
        case .none:
            return false
        case .request(let head):
            begin(head)
            // Mostly the handler has only been woken.
            return machine.awaitsHead || machine.isReadingContent
        case .content(let bytes):
            exchange?.body?.push(bytes)
            exchange?.body?.wake()
            return true
        case .contentEnd(let trailers):
            exchange?.body?.finish(trailers: trailers)
            return false
        case .malformedContent(let error):
            exchange?.body?.fail(HTTPBodyError.malformed(error))
            return false
        case .cutOff:
            exchange?.body?.fail(HTTPBodyError.connectionClosed)
            handler.cancel()
            return false
        case .drained:
            count(as: .idle)
            return true
        case .awaitHead(let hasBegun):
            state.timing.isInsideHead = hasBegun
            count(as: hasBegun ? .active : .idle)
            return false
        case .refuse(let error):
            refuse(HTTPError(error.status, "\(error)"))
            return false
        case .close(let time):
            closeAfterFlush(lingering: time)
            handler.release()?.resume(returning: nil)
            return false
        }
    }

    var hasRoom: Bool { machine.hasRoom(wantsContent: exchange?.body?.wantsBytes ?? true) }

    func inputEnded() {
        // The client may be gone, or have finished sending and wait for its answers, which can't be told apart. So the
        // answers are sent, which shows.
        state.timing.peerFinished(at: loop.clock.now)
        carryOut(machine.peerClosed())
        process()
    }

    // MARK: Requests

    private func begin(_ head: consuming RequestHead) {
        let settings = loop.settings
        let arrived = machine.begin(head, requestLimit: settings.configuration.maximumRequestsPerConnection)
        count(as: .active)
        state.timing.beganRequest(at: loop.now)
        state.timing.received(arrived)
        var body: BodyStream?
        if machine.isReadingContent {
            // The stream may hold the connection, as the exchange that it belongs to does.
            body = BodyStream(eventLoop: loop.eventLoop, announcedLength: head.framing.announcedLength) {
                self.contentIsWanted()
            }
        }
        begin(ServerExchange(connection: self, head: head, body: body, settings: settings))
    }

    /// Starts the exchange, which ends with ``finishIfOver()``.
    private func begin(_ exchange: ServerExchange) {
        self.exchange = exchange
        writer = ResponseWriter(
            ResponseWriter.Context(
                method: ResponseWriter.MethodKind(exchange.head.method),
                version: exchange.head.version,
                mayPersist: machine.persistence == .persistent
            )
        )
        // The content that has arrived is delivered before the handler asks for it.
        while machine.isReadingContent, advance() {}
        loop.delivery.deliver(exchange)
    }

    /// Answers a request whose head can't be parsed or did not arrive completely, and closes.
    private func refuse(_ error: HTTPError) {
        loop.settings.configuration.logger.debug("Refused a request: \(error.message)")
        guard loop.delivery.takesRefusals else {
            var writer = ResponseWriter(.noRequest)
            var draft = ResponseDraft(isPersistent: false)
            draft.status = error.status
            try? writer.end(.text(error.message), draft, loop.headConstants, into: &channel.output)
            carryOut(machine.close())
            return
        }
        machine.beginRefusal()
        count(as: .active)
        state.timing.beganRequest(at: loop.now)
        begin(
            ServerExchange(
                connection: self,
                head: machine.refusedHead,
                body: nil,
                settings: loop.settings,
                refusal: error
            )
        )
    }

    /// A reader waits for content, or has room for more.
    private func contentIsWanted() {
        guard let exchange, exchange.body?.wantsBytes == true else { return }
        if machine.contentIsWanted(isHeadWritten: writer.isHeadWritten) {
            try? writer.writeInformational(.continue, [:], into: &channel.output)
            flushSoon()
        }
        process()
    }

    /// Ends the exchange when the response is complete and the handler has returned, and starts the next request.
    func finishIfOver() {
        guard let exchange, writer.isEnded, !handler.isRunning else { return }
        self.exchange = nil
        reportCompletion()
        guard state.isOpen else { return }
        exchange.body?.discard()
        carryOut(
            machine.exchangeEnded(
                mustClose: writer.mustClose,
                mayReceiveMore: exchange.head.isPersistent,
                drainLimit: exchange.settings.configuration.maximumDrainedBytes
            )
        )
        process()
        if loop.isClosing { closeWhenIdle() }
    }

    // MARK: Responses

    func respond(
        _ exchange: ServerExchange,
        _ body: (inout ResponseWriter, inout ResponseDraft, inout OutputBuffer) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) {
        try check(exchange)
        let wasChangedTooLate = try exchange.write(with: &writer) { (writer, draft) throws(HTTPServerError) in
            if machine.mustClose(unreadLength: exchange.unreadLength, drainLimit: exchange.drainLimit) {
                draft.isPersistent = false
            }
            try body(&writer, &draft, &channel.output)
        }
        flushSoon()
        if wasChangedTooLate { throw .headAlreadySent }
    }

    private func check(_ exchange: ServerExchange) throws(HTTPServerError) {
        guard self.exchange === exchange else {
            throw state.isClosed ? .connectionClosed : .responseEnded
        }
        guard state.isOpen else { throw .connectionClosed }
    }

    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError) {
        try check(exchange)
        try writer.writeInformational(status, fields, into: &channel.output)
        flushOutput()
    }

    /// Writes the head of a response after which the connection speaks another protocol.
    func writeUpgradeHead(_ draft: borrowing ResponseDraft) throws(HTTPServerError) {
        try writer.writeUpgradeHead(draft, loop.headConstants, into: &channel.output)
    }

    var isHeadWritten: Bool { writer.isHeadWritten }

    var isResponseEnded: Bool { writer.isEnded }

    var summary: HTTPResponseSummary { writer.summary }

    // The kernel can neither compress nor encrypt what it sends from a file, nor show it to an observer.
    var fileTransfer: FileTransfer { writer.compressor == nil && loop.core.hasBareConnections ? .regions : .bytes }

    func waitUntilWritable() async throws {
        try await writability.wait { self.channel.isWritable || self.state.isClosed }
    }

    // MARK: Writing

    func flushOutput() {
        guard let context, !channel.output.isEmpty else {
            return finishClosing()
        }
        state.timing.sent()
        // Large content is written as the client accepts it.
        var hasMore = true
        while hasMore, self.context != nil, !sendDirectly() {
            if let direct = channel.direct, let (head, file) = channel.output.takeFile() {
                let rest = direct.send(head, file: file.file.descriptor, file.range)
                if !rest.isEmpty {
                    write(FileSlice(file: file.file, range: rest), to: context)
                    context.flush()
                }
                hasMore = false
            } else {
                var output = channel.takeOutput()
                hasMore = output.drainSome {
                    context.write(wrapOutboundOut($0), promise: nil)
                } writeFile: {
                    write($0, to: context)
                }
                channel.putBack(&output)
                context.flush()
            }
            channel.output.reset()
            // The effects of the flush may have sent the rest, or added more.
            hasMore = hasMore && channel.isWritable && !channel.output.isEmpty
        }
        finishClosing()
    }

    private func write(_ file: FileSlice, to context: ChannelHandlerContext) {
        filesInFlight.append(file)
        context.write(file) { self.filesInFlight.removeFirst() }
    }

    // MARK: The end

    func serverCloses(force: Bool) {
        guard !force else {
            _ = machine.serverCloses()
            return abort()
        }
        machine.serverLeaves()
        closeWhenIdle()
    }

    var hasReceivers: Bool { receiver != nil }

    func tellReceivers() {
        guard let receiver else { return }
        loop.executor.turn { receiver.serverCloses() }
    }

    /// Closes the connection of a server that closes, once it has been idle for as long as the configuration asks: the
    /// client, which has not been told, may have sent another request.
    private func closeWhenIdle() {
        guard state.isOpen, machine.isBetweenRequests else { return }
        let time = TimeAmount(loop.settings.configuration.minimumIdleTime)
        let rest = time - state.timing.idleTime(at: loop.clock.now)
        guard rest > .zero else { return closeIdle() }
        loop.scheduleLeaving(in: rest) { [weak self] in self?.closeIdle() }
    }

    private func closeIdle() {
        guard state.isOpen, machine.isBetweenRequests else { return }
        let step = machine.serverCloses()
        if case .close = step, state.counted == .idle, channel.output.isEmpty, unsentBytes == 0 {
            // Nothing is in transit in either direction that could get lost.
            abort()
        } else {
            carryOut(step)
        }
    }

    /// Leaves the connection to another protocol: to the receiver, or to a connection that takes this one's place.
    ///
    /// - Returns: What has arrived of it.
    func leave(to receiver: (any DetachedReceiver)?) -> ByteBuffer {
        if let receiver { state.detach(to: receiver) } else { state.close() }
        exchange = nil
        return machine.detach()
    }

    func becomeClosed() {
        let receiver = receiver
        let isFailure = receiver?.hasSaidGoodbye != true
        state.close()
        count(as: nil)
        loop.executor.turn {
            if channel.hasEndedInOrder {
                // The peer has finished too, which ends the channel without a further event.
                receiver?.finish()
            } else {
                receiver?.fail(HTTPServerError.connectionClosed)
            }
            channel.peerClosed()
            machine.closed()
            if isFailure { handler.cancel() }
            handler.release()?.resume(returning: nil)
            exchange?.body?.fail(HTTPBodyError.connectionClosed)
            writability.signal()
        }
        exchange = nil
        reportCompletion()
        channel.removed()
        openConnection.withLock { $0 = nil }
        loop.remove(self)
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        guard context != nil, !lingers(at: now) else { return }
        // If a file has become shorter since its part was written to the channel, the system sends nothing more of it,
        // and the channel would try for ever.
        if let slice = filesInFlight.first, !slice.isIntact { return abort() }
        var wait = machine.wait(isBodyStarving: exchange?.body?.isStarving == true)
        if wait == .handler, exchange?.isEndless == true { wait = .endlessHandler }
        let violation = state.timing.check(
            now: now,
            wait: wait,
            unsentBytes: unsentBytes + channel.output.byteCount,
            configuration: loop.settings.configuration
        )
        switch violation {
        case nil:
            break
        case .idle:
            carryOut(machine.close())
            flushOutput()
        case .slowHead:
            if state.timing.isInsideHead {
                refuse(HTTPError(.requestTimeout, "The head of the request did not arrive in time."))
            } else if loop.core.security != nil, security == nil {
                // Nothing can be sent before the handshake is done.
                abort()
            } else {
                carryOut(machine.close())
            }
            flushOutput()
        case .slowContent:
            if let exchange {
                exchange.body?.fail(HTTPBodyError.tooSlow)
            } else {
                carryOut(machine.close())
                flushOutput()
            }
        case .stalledOutput:
            abort()
        case .slowHandler:
            if let exchange { handlerIsTooSlow(exchange) }
            flushOutput()
        case .silentHandler:
            machine.handlerCancelled()
            handler.cancel()
        }
    }
}

extension ServerExchange {
    /// How much content the client has announced that no handler reads.
    fileprivate var unreadLength: Int {
        guard let body, !body.isBeingRead else { return 0 }
        return body.announcedLength ?? 0
    }

    /// How much of that is read for the sake of the connection.
    fileprivate var drainLimit: Int { settings.configuration.maximumDrainedBytes }
}
