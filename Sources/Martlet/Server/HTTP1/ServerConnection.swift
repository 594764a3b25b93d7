import NIOCore

/// A connection of a server, whatever version of HTTP it speaks: how it reads, writes and ends, which is the same for
/// all versions. Members are called on the loop.
///
/// The extensions are compiled for each version: nothing is looked up for a request.
protocol ServerConnection: ChannelConnection, Sendable {
    var loop: ServerLoop { get }
    /// Stored exempt from the run-time check for overlapping accesses, like the channel's state.
    var state: ServerConnectionState { get set }

    /// Where the bytes go once the socket was detached; nil before, and with HTTP/2, of which only streams can be.
    var receiver: (any DetachedReceiver)? { get }

    // The protocol's half, which differs between the versions while the connection is open.

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
    /// The server accepts no more requests. Those that are being answered are finished; with `force`, nothing is.
    func serverCloses(force: Bool)
    /// Whether it carries a WebSocket or another protocol, which is told separately.
    var hasReceivers: Bool { get }
    /// Tells the other protocols that it carries that the server closes.
    func tellReceivers()
    /// Called periodically.
    func checkDeadlines(now: NIODeadline)
}

extension ServerConnection {
    // MARK: From the channel

    func channelRead(_ bytes: ByteBuffer) {
        channel.beganReading()
        state.timing.received(bytes.readableBytes)
        if state.isOpen {
            received(bytes)
        } else if let receiver {
            receiver.push(bytes)
            loop.executor.turn { receiver.wake() }
        } else {
            state.receivedWhileClosing()
        }
    }

    func channelReadComplete() {
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
        advanceInTurn()
    }

    /// Takes steps until there is nothing to do, in one turn of the executor.
    @inline(__always)
    func advanceInTurn() {
        // A handler that runs inside the turn may let the next request begin.
        loop.executor.turn {
            while advance() {}
        }
    }

    /// Handlers get it at the end of the turn.
    func deliverArrivals() {}

    var wantsToRead: Bool {
        if state.isOpen { return hasRoom }
        return receiver?.wantsBytes ?? !state.isClosed
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
        let old = self.state.counted
        if self.state.count(as: state) { loop.gauge.move(from: old, to: state) }
    }

    // MARK: The end

    /// Sends what has been written, then closes: at once, or when the client has closed its half or `time` has passed.
    func closeAfterFlush(lingering time: TimeAmount) {
        state.beginClosing(lingeringFor: time)
        count(as: .closing)
        flushSoon()
        continueReading()
    }

    /// Continues closing, if that has begun, once everything has been written to the channel.
    func finishClosing() {
        guard case .closing = state.phase, channel.output.isEmpty, let context, state.flushed() else { return }
        context.whenSent { self.lastWriteIsDone() }
    }

    private func lastWriteIsDone() {
        switch state.sent(at: loop.clock.now, hasPeerClosed: channel.hasPeerClosed) {
        case .connection:
            abort()
        case .output:
            context?.close(mode: .output, promise: nil)
            continueReading()
        case nil:
            break
        }
    }

    /// Tears the connection down at once.
    func abort() {
        closeChannel()
    }

    /// The client will send no more.
    func peerClosed() {
        guard !peerEndsClosing() else { return }
        channel.peerClosed()
        loop.executor.turn {
            switch state.phase {
            case .open:
                inputEnded()
            case .detached(let receiver):
                receiver.finish()
            case .closing:
                if state.isLingering { abort() }
            case .closed:
                break
            }
        }
    }

    /// Whether only the client's half is open, and its time is not up.
    func lingers(at now: NIODeadline) -> Bool {
        guard state.isLingering else { return false }
        if state.isLingeringOver(at: now) { abort() }
        return true
    }
}
