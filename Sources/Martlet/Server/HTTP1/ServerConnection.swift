import NIOCore

/// The phases of a server's connection.
enum ServerConnectionPhase {
    /// Requests are read and answered.
    case open
    /// The socket was detached, and the bytes are the receiver's.
    case detached(any DetachedReceiver)
    /// The last response is on its way to the client.
    case closing(LingeringClose)
    case closed

    /// The receiver of a detached socket.
    var receiver: (any DetachedReceiver)? {
        if case .detached(let receiver) = self { receiver } else { nil }
    }
}

/// A connection of a server, whatever version of HTTP it speaks: how it reads, writes and ends, which is the same for
/// all versions. Members are called on the loop.
///
/// The extensions are compiled for each version: nothing is looked up for a request.
protocol ServerConnection: ChannelConnection {
    var loop: ServerLoop { get }
    var phase: ServerConnectionPhase { get set }
    var timing: ConnectionTiming { get set }
    var gaugeState: ConnectionGauge.State? { get set }

    // What differs between the versions while the connection is open.

    /// Bytes have arrived.
    func received(_ bytes: ByteBuffer)
    /// Whether there is room for more than has arrived.
    var hasRoom: Bool { get }
    /// The channel has become writable.
    func becameWritable()
    /// The client will send no more.
    func inputEnded()

    /// The channel is closed.
    func becomeClosed()
    /// The server accepts no more requests.
    func serverCloses(force: Bool)
    /// Called periodically.
    func checkDeadlines(now: NIODeadline)
}

extension ServerConnection {
    // MARK: From the channel

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        channel.beganReading()
        timing.received(bytes.readableBytes)
        switch phase {
        case .open:
            received(bytes)
        case .detached(let receiver):
            receiver.push(bytes)
            loop.executor.turn { receiver.wake() }
        case .closing(var closing):
            closing.received()
            phase = .closing(closing)
        case .closed:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        channel.endedReading()
        flushOutput()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        channel.writabilityChanged(to: context.channel.isWritable)
        guard channel.isWritable else { return }
        loop.executor.turn { becameWritable() }
        process()
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
        // Another connection may be about to take this one's place.
        context.fireChannelInactive()
    }

    // MARK: Reading and writing

    func advanceAll() {
        // What a handler does inside the turn may let the next request begin.
        loop.executor.turn {
            while advance() {}
        }
    }

    /// Handlers get it at the end of the turn.
    func deliverArrivals() {}

    var wantsToRead: Bool {
        switch phase {
        case .open: hasRoom
        case .detached(let receiver): receiver.wantsBytes
        case .closing: true
        case .closed: false
        }
    }

    /// Flushes at the end of the turn or of the current read, whichever comes last.
    func flushSoon() {
        guard !channel.isReading, channel.deferFlush() else { return }
        loop.executor.atEndOfTurn { [self] in
            channel.endFlushDeferral()
            flushOutput()
        }
    }

    func count(as state: ConnectionGauge.State?) {
        guard gaugeState != state else { return }
        loop.gauge.move(from: gaugeState, to: state)
        gaugeState = state
    }

    // MARK: The end

    /// Sends what has been written, then closes: at once, or when the client has closed its half or `time` has passed.
    func closeAfterFlush(lingering time: TimeAmount) {
        phase = .closing(LingeringClose(lingeringFor: time))
        count(as: .closing)
        flushSoon()
        continueReading()
    }

    /// Continues closing, if that has begun, once everything has been written to the channel.
    func finishClosing() {
        guard case .closing(var closing) = phase, channel.output.isEmpty, let context, closing.flushed() else { return }
        phase = .closing(closing)
        context.whenSent { self.lastWriteIsDone() }
    }

    private func lastWriteIsDone() {
        guard case .closing(var closing) = phase else { return }
        let step = closing.sent(at: .now(), hasPeerClosed: channel.hasPeerClosed)
        phase = .closing(closing)
        switch step {
        case .connection:
            abort()
        case .output:
            context?.close(mode: .output, promise: nil)
            continueReading()
        }
    }

    /// Tears the connection down at once.
    func abort() {
        context?.close(promise: nil)
    }

    /// The client will send no more.
    func peerClosed() {
        channel.peerClosed()
        loop.executor.turn {
            switch phase {
            case .open:
                inputEnded()
            case .detached(let receiver):
                receiver.finish()
            case .closing(let closing):
                if closing.isLingering { abort() }
            case .closed:
                break
            }
        }
    }

    /// Whether only the client's half is open, and its time is not up.
    func lingers(at now: NIODeadline) -> Bool {
        guard case .closing(let closing) = phase, closing.isLingering else { return false }
        if closing.isOver(at: now) { abort() }
        return true
    }
}
