import HTTPWire
import NIOCore
import Synchronization

/// A WebSocket on its connection: it delivers messages to the inbox, answers pings, and performs the closing handshake.
///
/// All members are called on the loop, unless stated otherwise.
final class WebSocketConnection: DetachedReceiver, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `eventLoop`. Those that each message touches are
    // exempt from the run-time check for overlapping accesses: the values that are changed in place never call back
    // into this class.

    /// The parameters that were negotiated or set by the application.
    struct Settings: Sendable {
        var role: WebSocketRole
        var compression: WebSocketCompression
        var deflate: PerMessageDeflate?
        var maximumMessageSize: Int?
        var pingInterval: Duration?
        var timeouts: WebSocket.Timeouts
    }

    /// The part of the state that is read from any thread.
    struct Status: Sendable {
        var readyState = WebSocket.ReadyState.open
        var closeCode: WebSocketCloseCode?
        var closeReason: String?
        var pingInterval: Duration?
    }

    let connection: any DetachedConnection
    let eventLoop: any EventLoop
    let clock: LoopClock
    let settings: Settings
    let status: Mutex<Status>
    let inbox: WebSocketInbox
    @exclusivity(unchecked) private var reader: WebSocketMessageReader
    @exclusivity(unchecked) private(set) var closing: WebSocketClosing
    let deflater: MessageDeflater?
    @exclusivity(unchecked) private var generator = SystemRandomNumberGenerator()

    /// Whether received bytes are still processed.
    @exclusivity(unchecked) private var isReceiving = true
    @exclusivity(unchecked) private var hasPeerFinished = false
    /// The latest ping that could not be answered because the connection is not writable.
    private var unansweredPing: ByteBuffer?
    /// Whether the connection is not writable.
    @exclusivity(unchecked) private var isBlocked = false
    /// Whether a message is being sent in fragments, so that no other can begin.
    @exclusivity(unchecked) var isSendingFragments = false
    /// Signalled when fragments have been sent, when a pong arrives, and on each change of the closing state.
    let changes: EventLoopCondition

    private var closeTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var silenceTimer: Scheduled<Void>?
    /// Nil if there is no ping interval.
    @exclusivity(unchecked) private var silence: SilenceWatch?
    private var pingCount: UInt64 = 0
    private var answeredPing: UInt64 = 0

    init(_ connection: any DetachedConnection, _ settings: Settings) {
        self.connection = connection
        self.clock = connection.clock
        self.eventLoop = clock.eventLoop
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

    /// The memory that received, unread bytes occupy.
    var bufferedCapacity: Int { reader.capacity + inbox.capacity }

    /// How many received bytes have been copied so far to join the parts of frames.
    var copiedBytes: Int { reader.copiedBytes }

    func push(_ bytes: ByteBuffer) {
        guard isReceiving else { return }
        silence?.received(at: clock.now)
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
            // The closing handshake is complete.
            connection.closeDetached()
            disconnected()
        }
    }

    func fail(_ error: any Error) {
        disconnected()
    }

    /// Processes as much as possible of what has arrived.
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

    /// Handles one event; returns false if there is none for now.
    private func takeEvent() throws(WebSocketViolation) -> Bool {
        switch try reader.next() {
        case .needsMoreBytes:
            if hasPeerFinished {
                connection.closeDetached()
                disconnected()
            }
            return false
        case .part(let part):
            // After this side has closed, further messages are dropped.
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

    /// Answers a ping. If the connection is not writable, only the latest ping is answered, later (RFC 6455 section
    /// 5.5.3).
    private func answer(_ ping: ByteBuffer) {
        if isBlocked {
            unansweredPing = ping
        } else {
            write { $0.tail.writeWebSocketFrame(.pong, ping, mask: self.nextMask()) }
        }
    }

    /// Called when the reader has made room, on any thread.
    func inboxHasRoom() {
        if eventLoop.inEventLoop {
            wake()
        } else {
            eventLoop.execute { self.wake() }
        }
    }

    // MARK: Sending

    /// A mask for the next frame, if this side masks its frames.
    func nextMask() -> WebSocketMask? {
        settings.role == .client ? .random(using: &generator) : nil
    }

    /// Sends what `body` appends. Returns false if the connection is no longer writable, nil if it is closed.
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

    /// Aborts the connection if the peer receives nothing for too long.
    private func watchStall() {
        guard stallTimer == nil, closing.state != .closed, let limit = settings.timeouts.send else { return }
        let unsent = connection.unsentBytes
        stallTimer = clock.schedule(in: TimeAmount(limit)) { [weak self] in
            guard let self else { return }
            self.stallTimer = nil
            guard self.closing.state != .closed else { return }
            if self.connection.unsentBytes < unsent { self.watchStall() } else { self.connection.abort() }
        }
    }

    // MARK: Pings

    /// Sends a ping; returns its number, by which ``isAnswered(_:)`` identifies it.
    func sendPing() -> UInt64 {
        pingCount += 1
        let number = ByteBuffer(integer: pingCount)
        write { $0.tail.writeWebSocketFrame(.ping, number, mask: self.nextMask()) }
        return pingCount
    }

    func isAnswered(_ ping: UInt64) -> Bool { answeredPing >= ping }

    private func received(pong bytes: ByteBuffer) {
        // An unsolicited pong is a sign of life and has no other meaning.
        guard bytes.readableBytes == 8, let number = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self),
            number <= pingCount, number > answeredPing
        else { return }
        answeredPing = number
        changes.signal()
    }

    /// Starts watching for silence.
    func watchSilence() {
        silenceTimer?.cancel()
        silenceTimer = nil
        silence = status.withLock { $0.pingInterval }.map {
            SilenceWatch(interval: TimeAmount($0), timeout: TimeAmount($0), now: clock.now)
        }
        checkSilence()
    }

    private func checkSilence() {
        guard closing.state == .open else { return }
        let now = clock.now
        // While this side does not read, silence proves nothing about the peer.
        if !wantsBytes { silence?.received(at: now) }
        switch silence?.check(at: now) {
        case .wait(let until):
            silenceTimer = clock.schedule(at: until) { [weak self] in self?.checkSilence() }
        case .ping:
            _ = sendPing()
            checkSilence()
        case .giveUp:
            fail(.unansweredPing)
        case nil:
            break
        }
    }

    // MARK: The end

    /// Closes the WebSocket from this side.
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

    /// Closes the WebSocket because of a violation or a timeout of the peer.
    private func fail(_ close: WebSocketClose) {
        perform(closing.fail(close))
        // Anything that the peer still sends is dropped. Closing the socket immediately would make the system discard
        // what the peer has not yet read.
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
        // Sending the close frame can have ended the connection.
        guard closing.state != .closed else { return }
        closeTimer = clock.schedule(in: TimeAmount(settings.timeouts.close)) { self.connection.abort() }
    }

    private func disconnected() {
        guard closing.state != .closed else { return }
        closing.disconnected()
        for timer in [closeTimer, stallTimer, silenceTimer] { timer?.cancel() }
        (closeTimer, stallTimer, silenceTimer) = (nil, nil, nil)
        changed()
    }

    /// Publishes the closing state.
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

extension WebSocketClose {
    /// The end of a WebSocket whose peer stays silent.
    package static let unansweredPing = WebSocketClose(.goingAway, reason: "The ping was not answered")
}
