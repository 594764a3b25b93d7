import HTTPTypes
import HTTPWire
import Logging
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOSSL
import Synchronization

/// One connection of a client that speaks HTTP/2, and all exchanges that take place on it.
///
/// In front of it stands NIO's handler for frames, which keeps the states of the streams and the windows for what is
/// sent. What is handed to that handler waits there while a window is full; ``wroteFrame(_:)`` tells when it leaves, so
/// that no more than a little of a streamed content waits. What is received is bounded by the windows: that of a stream
/// opens as its reader reads, that of the connection at once, lest one response that nobody reads hold up the others.
final class HTTP2ClientConnection: ClientConnection, ChannelInboundHandler, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`: NIO calls the handler there,
    // and so does everybody else, as each member called from elsewhere documents.

    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    enum Phase {
        case open
        /// No further requests are sent: the server has said goodbye, or the numbers of streams are used up.
        case leaving
        case closed
    }

    /// How many streams a server takes before it says how many (RFC 9113 section 6.5.2 recommends at least that).
    private static let initialCapacity = 100
    static let defaultWindow = 65_535
    /// How large a table of fields may be that the server wants to be filled: it fills on this side too.
    static let largestFieldTable = 65_536

    let settings: HTTPClient.HTTP2Configuration
    var context: ChannelHandlerContext?
    var phase = Phase.open
    var streams: [HTTP2StreamID: HTTP2ClientStream] = [:]
    /// How many streams the server takes at once.
    var capacity = HTTP2ClientConnection.initialCapacity
    /// Whether fields go to the table that makes them shorter the next time.
    var remembersFields = true
    /// Why the connection is about to end, if that is known.
    var failure: HTTPClientError?
    /// The window of each stream, once the server has acknowledged it.
    var streamWindow = HTTP2ClientConnection.defaultWindow
    /// The streams that something has arrived for since the socket began to be read.
    var touched: [HTTP2ClientStream] = []
    /// The streams that have been ended by NIO's handler, which will say why.
    var broken: [HTTP2ClientStream] = []
    /// The streams that have, or may have, content to send.
    var pumpQueue: [HTTP2ClientStream] = []
    /// Whether the socket is being read.
    var isReading = false
    var isFlushScheduled = false
    /// When something arrived last.
    var lastArrival = NIODeadline.now()
    /// When a PING was sent whose answer has not come.
    var pingSent: NIODeadline?
    private var nextNumber = 1

    override init(key: PoolKey, core: ClientCore, loop: ClientLoop, security: ConnectionSecurity?) {
        self.settings = core.configuration.http2
        super.init(key: key, core: core, loop: loop, security: security)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        openChannel.withLock { $0 = context.channel }
        loop.add(self)
        let increment = connectionWindow - Self.defaultWindow
        if increment > 0 {
            write(.windowUpdate(windowSizeIncrement: increment), on: .rootStream)
            context.flush()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isReading {
            isReading = true
            lastArrival = .now()
            pingSent = nil
        }
        received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        failBroken(nil)
        wakeTouched()
        if isFlushScheduled { sendQueued() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent:
            windowChanged(event)
        case let event as StreamClosedEvent:
            // One that was ended from here, or by the server, is not in the table any more.
            if let stream = streams[event.streamID] {
                forget(stream)
                broken.append(stream)
            }
        case let event as NIOHTTP2StreamCreatedEvent:
            streams[event.streamID]?.inboundWindow = Int(event.remoteInitialWindowSize ?? 0)
        case let event as NIOHTTP2BulkStreamWindowChangeEvent:
            streamWindow += event.delta
            for stream in streams.values { stream.inboundWindow += event.delta }
        case ChannelEvent.inputClosed:
            abort()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error { return }
        // NIO's handler tells in the same way of errors of a stream, which it has reset, and of the connection.
        if !broken.isEmpty { return failBroken(error) }
        core.configuration.logger.debug("A connection to \(key.host) failed: \(error)")
        if failure == nil, !(error is IOError), !(error is ChannelError) {
            failure = .http2(.connectionFailed("\(error)"))
        }
        abort()
    }

    // MARK: Requests

    override func start(_ exchange: ClientExchange) {
        if loop.eventLoop.inEventLoop {
            begin(exchange)
        } else {
            loop.eventLoop.execute { self.begin(exchange) }
        }
    }

    /// Begins an exchange. Called on the loop.
    func begin(_ exchange: ClientExchange) {
        guard case .open = phase, context != nil, streams.count < capacity else {
            // The server has changed its mind in the moment in which the exchange was on its way here.
            streamEnded()
            core.pool.submit(exchange, core: core, on: loop, first: true)
            return
        }
        guard exchange.begin(on: self, isReused: requestCount > 0) else { return streamEnded() }
        exchange.recorder?.assigned(to: self, isReused: requestCount > 0)
        let request = exchange.request
        let fields: HPACKHeaders
        do throws(HTTPClientError) {
            fields = try HPACKHeaders(
                request,
                isSecure: key.isSecure,
                standard: core.defaultHeaders,
                isRemembered: remembersFields
            )
            if case .whole(let content) = exchange.content { try Self.check(content, request) }
        } catch {
            exchange.ended()
            exchange.fail(error)
            return streamEnded()
        }
        requestCount += 1
        show(fields)
        exchange.note { $0.hasBegun = true }
        let stream = HTTP2ClientStream(
            id: HTTP2StreamID(nextNumber),
            exchange: exchange,
            reader: HTTP2ResponseReader(
                method: request.method,
                fieldLimit: core.configuration.headLimits.fieldCount,
                maximumInformational: core.configuration.maximumInformationalResponses
            )
        )
        exchange.streamNumber.store(nextNumber, ordering: .relaxed)
        nextNumber += 2
        streams[stream.id] = stream
        write(.headers(.init(headers: fields, endStream: !stream.isSending)), on: stream.id)
        if nextNumber >= Int(Int32.max) { leave() }
        send(stream)
        scheduleFlush()
    }

    private static func check(_ content: OutgoingContent, _ request: OutgoingRequest) throws(HTTPClientError) {
        var meter = RequestContentMeter(request.framing)
        if content.byteCount > 0 { try meter.add(content.byteCount) }
        try meter.end()
    }

    /// Shows the head of a request to whoever wants to see it.
    private func show(_ fields: HPACKHeaders) {
        guard let onRequestHead = core.configuration.onRequestHead else { return }
        var head = "\(fields.first(name: ":method") ?? "") \(fields.first(name: ":path") ?? "") HTTP/2\r\n"
        head += "host: \(fields.first(name: ":authority") ?? "")\r\n"
        for (name, value, _) in fields where !name.hasPrefix(":") { head += "\(name): \(value)\r\n" }
        onRequestHead(head + "\r\n")
    }

    override func join() -> Bool {
        guard case .open = phase else { return false }
        isPooled = true
        idleSince = .now()
        let (exchanges, isKept) = core.pool.join(self, capacity: capacity)
        for exchange in exchanges { begin(exchange) }
        if !isKept { close() }
        return true
    }

    /// An exchange is over, or has not begun: there is room for another.
    func streamEnded() {
        guard isPooled else { return }
        if streams.isEmpty { idleSince = .now() }
        let (next, isKept) = core.pool.streamEnded(on: self)
        if let next {
            begin(next)
        } else if !isKept || phase == .leaving && streams.isEmpty {
            close()
        }
    }

    // MARK: The end

    override func cancel(_ exchange: ClientExchange, _ error: any Error) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: error) }
        }
    }

    override func responseWasDropped(_ exchange: ClientExchange) {
        loop.eventLoop.execute {
            if let stream = self.stream(of: exchange) { self.end(stream, with: HTTPBodyError.discarded) }
        }
    }

    override func abort() {
        context?.close(promise: nil)
    }

    override func abort(with error: any Error) {
        for stream in Array(streams.values) { end(stream, with: error) }
        close()
    }

    override func checkDeadlines(now: NIODeadline) {
        if streams.isEmpty {
            guard let timeout = core.configuration.idleTimeout, now - idleSince >= TimeAmount(timeout) else { return }
            if core.pool.takeIdle(self) { close() }
            return
        }
        checkPing(now)
        guard let timeout = core.configuration.readTimeout else { return }
        for stream in Array(streams.values) {
            guard stream.isWaitingForServer else {
                stream.lastProgress = now
                continue
            }
            guard now - stream.lastProgress >= TimeAmount(timeout) else { continue }
            end(stream, with: HTTPClientError.timedOut(.read, host: key.host, port: key.port, after: timeout))
        }
    }

    private func stream(of exchange: ClientExchange) -> HTTP2ClientStream? {
        let stream = streams[HTTP2StreamID(exchange.streamNumber.load(ordering: .relaxed))]
        return stream?.exchange === exchange ? stream : nil
    }
}
