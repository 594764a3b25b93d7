import HTTPWire
import NIOCore
import Synchronization

/// A WebSocket on its connection: what it receives goes to the inbox, pings are answered, and the end is in good order.
///
/// Everything is called on the loop, unless it says otherwise.
final class WebSocketConnection: DetachedReceiver, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `eventLoop`. Those that each message touches are
    // exempt from the run-time check for overlapping accesses: the values that are changed in place call nothing that
    // comes back here.

    /// What the two sides and the application have agreed on.
    struct Settings: Sendable {
        var role: WebSocketRole
        var compression: WebSocketCompression
        var deflate: PerMessageDeflate?
        var maximumMessageSize: Int?
        var pingInterval: Duration?
        var timeouts: WebSocket.Timeouts
    }

    /// What anybody may ask for from anywhere.
    struct Status: Sendable {
        var readyState = WebSocket.ReadyState.open
        var closeCode: WebSocketCloseCode?
        var closeReason: String?
        var pingInterval: Duration?
    }

    let connection: any DetachedConnection
    let eventLoop: any EventLoop
    let settings: Settings
    let status: Mutex<Status>
    let inbox: WebSocketInbox
    @exclusivity(unchecked) private var reader: WebSocketMessageReader
    @exclusivity(unchecked) private(set) var closing: WebSocketClosing
    let deflater: MessageDeflater?
    @exclusivity(unchecked) private var generator = SystemRandomNumberGenerator()

    /// Whether what arrives is still looked at.
    @exclusivity(unchecked) private var isReceiving = true
    @exclusivity(unchecked) private var hasPeerFinished = false
    /// The latest ping that could not be answered because the peer takes nothing.
    private var unansweredPing: ByteBuffer?
    /// Whether the peer takes nothing for now.
    @exclusivity(unchecked) private var isBlocked = false
    /// Whether a message is being sent in fragments, so that no other can begin.
    @exclusivity(unchecked) var isSendingFragments = false
    /// Signalled when fragments have been sent, a pong comes, and at the end.
    let changes: EventLoopCondition

    private var closeTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var silenceTimer: Scheduled<Void>?
    /// Nil where silence does not matter.
    @exclusivity(unchecked) private var silence: SilenceWatch?
    private var pingCount: UInt64 = 0
    private var answeredPing: UInt64 = 0

    init(_ connection: any DetachedConnection, _ settings: Settings) {
        self.connection = connection
        self.eventLoop = connection.eventLoop
        self.settings = settings
        self.status = Mutex(Status(pingInterval: settings.pingInterval))
        self.reader = WebSocketMessageReader(
            role: settings.role,
            maximumMessageSize: settings.maximumMessageSize,
            deflate: settings.deflate
        )
        self.closing = WebSocketClosing(role: settings.role)
        self.deflater = settings.deflate.flatMap {
            MessageDeflater($0, role: settings.role, level: settings.compression.level)
        }
        self.changes = EventLoopCondition(eventLoop: eventLoop)
        self.inbox = WebSocketInbox()
    }

    // MARK: Receiving

    var wantsBytes: Bool {
        !isReceiving || closing.state != .open || !inbox.isFull
    }

    var hasSaidGoodbye: Bool { closing.state == .finished }

    /// How much memory what has arrived holds on to, in bytes.
    var bufferedCapacity: Int { reader.capacity + inbox.capacity }

    /// How many bytes of it were copied so far to make frames of their pieces.
    var copiedBytes: Int { reader.copiedBytes }

    func push(_ bytes: ByteBuffer) {
        guard isReceiving else { return }
        silence?.received(at: .now())
        reader.append(bytes)
    }

    func wake() {
        process()
        connection.continueReading()
    }

    func finish() {
        hasPeerFinished = true
        if isReceiving {
            process()
        } else {
            // Everything has been said.
            connection.closeDetached()
            disconnected()
        }
    }

    func fail(_ error: any Error) {
        disconnected()
    }

    /// Goes as far as it can with what has arrived.
    private func process() {
        while isReceiving, wantsBytes {
            do throws(WebSocketViolation) {
                guard try takeEvent() else { break }
            } catch {
                fail(WebSocketClose(error.closeCode, reason: error.description))
            }
        }
        inbox.wake()
    }

    /// Takes one event; false when there is nothing more for now.
    private func takeEvent() throws(WebSocketViolation) -> Bool {
        switch try reader.next() {
        case .needsMoreBytes:
            if hasPeerFinished {
                connection.closeDetached()
                disconnected()
            }
            return false
        case .part(let part):
            // A side that closes has no use for further messages.
            if closing.state == .open { inbox.add(part) }
        case .ping(let bytes):
            if closing.state == .open { answer(bytes) }
        case .pong(let bytes):
            received(pong: bytes)
        case .close(let close):
            perform(closing.received(close))
        }
        return true
    }

    /// Answers a ping; when the peer takes nothing, later, and then only the latest (RFC 6455 section 5.5.3).
    private func answer(_ ping: ByteBuffer) {
        if isBlocked {
            unansweredPing = ping
        } else {
            write { $0.tail.writeWebSocketFrame(.pong, ping, mask: self.nextMask()) }
        }
    }

    /// The reader has taken some. Called from anywhere.
    func inboxHasRoom() {
        if eventLoop.inEventLoop {
            wake()
        } else {
            eventLoop.execute { self.wake() }
        }
    }

    // MARK: Sending

    /// A mask for the next frame, where this side masks.
    func nextMask() -> WebSocketMask? {
        settings.role == .client ? .random(using: &generator) : nil
    }

    /// Sends what `body` appends; false when the peer should take some first, nil when the connection is closed.
    @discardableResult
    func write(_ body: (inout OutputBuffer) -> Void) -> Bool? {
        guard let isReady = try? connection.writeDetached(body) else { return nil }
        isBlocked = !isReady
        if isBlocked { watchStall() }
        return isReady
    }

    func becameWritable() {
        stallTimer?.cancel()
        stallTimer = nil
        isBlocked = false
        guard let ping = unansweredPing else { return }
        unansweredPing = nil
        if closing.state == .open { answer(ping) }
    }

    /// Gives up on a peer that takes nothing.
    private func watchStall() {
        guard stallTimer == nil, closing.state != .closed, let limit = settings.timeouts.send else { return }
        let unsent = connection.unsentBytes
        stallTimer = eventLoop.scheduleTask(in: TimeAmount(limit)) { [weak self] in
            guard let self else { return }
            self.stallTimer = nil
            guard self.closing.state != .closed else { return }
            if self.connection.unsentBytes < unsent { self.watchStall() } else { self.connection.abort() }
        }
    }

    // MARK: Pings

    /// Sends a ping; its number tells when it has been answered.
    func sendPing() -> UInt64 {
        pingCount += 1
        let number = ByteBuffer(integer: pingCount)
        write { $0.tail.writeWebSocketFrame(.ping, number, mask: self.nextMask()) }
        return pingCount
    }

    func isAnswered(_ ping: UInt64) -> Bool { answeredPing >= ping }

    private func received(pong bytes: ByteBuffer) {
        // A pong that nobody has asked for is a sign of life, and nothing else.
        guard bytes.readableBytes == 8, let number = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self),
            number <= pingCount, number > answeredPing
        else { return }
        answeredPing = number
        changes.signal()
    }

    /// Looks at the silence, from now on.
    func watchSilence() {
        silenceTimer?.cancel()
        silenceTimer = nil
        silence = status.withLock { $0.pingInterval }.map {
            SilenceWatch(interval: TimeAmount($0), timeout: TimeAmount($0), now: .now())
        }
        checkSilence()
    }

    private func checkSilence() {
        guard closing.state == .open else { return }
        let now = NIODeadline.now()
        // What this side does not read proves nothing about the peer.
        if !wantsBytes { silence?.received(at: now) }
        switch silence?.check(at: now) {
        case .wait(let until):
            silenceTimer = eventLoop.scheduleTask(deadline: until) { [weak self] in self?.checkSilence() }
        case .ping:
            _ = sendPing()
            checkSilence()
        case .giveUp:
            fail(WebSocketClose(.goingAway, reason: "No pong came"))
        case nil:
            break
        }
    }

    // MARK: The end

    /// This side wants to end.
    func close(_ close: WebSocketClose) {
        perform(closing.close(close))
        process()
        connection.continueReading()
    }

    func serverCloses() {
        close(WebSocketClose(.goingAway))
    }

    func handlerFailed() {
        close(WebSocketClose(.internalServerError))
    }

    /// Ends because of what the peer has done, or has not.
    private func fail(_ close: WebSocketClose) {
        perform(closing.fail(close))
        // What the peer still sends is dropped; closing at once would make the system drop what it has not read.
        connection.closeOutput()
    }

    private func perform(_ action: WebSocketClosing.Action) {
        switch action {
        case .none:
            break
        case .send(let close), .sendAndAwaitDisconnect(let close):
            send(close)
            limitClosing()
        case .sendAndDisconnect(let close):
            send(close)
            connection.closeDetached()
            limitClosing()
        case .disconnect:
            connection.closeDetached()
            limitClosing()
        case .awaitDisconnect:
            limitClosing()
        }
        changed()
    }

    private func send(_ close: WebSocketClose) {
        write { $0.tail.writeWebSocketClose(close, mask: self.nextMask()) }
    }

    private func limitClosing() {
        closeTimer?.cancel()
        // What was sent before can have ended the connection.
        guard closing.state != .closed else { return }
        closeTimer = eventLoop.scheduleTask(in: TimeAmount(settings.timeouts.close)) { self.connection.abort() }
    }

    private func disconnected() {
        guard closing.state != .closed else { return }
        closing.disconnected()
        for timer in [closeTimer, stallTimer, silenceTimer] { timer?.cancel() }
        (closeTimer, stallTimer, silenceTimer) = (nil, nil, nil)
        changed()
    }

    /// Tells everybody how far the end is.
    private func changed() {
        let state = closing.state
        status.withLock { status in
            status.readyState =
                switch state {
                case .open: .open
                case .awaitsPeer, .finished: .closing
                case .closed: .closed
                }
            status.closeCode = closing.code
            status.closeReason = closing.reason
        }
        if state == .finished || state == .closed {
            isReceiving = false
            inbox.end()
        }
        changes.signal()
    }
}
