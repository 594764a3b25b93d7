import NIOCore

/// A connection as the handler of its channel: what servers and clients have in common. Members are called on the loop.
///
/// The extensions are compiled for each type of connection: nothing is looked up for a request.
protocol ChannelConnection: ChannelDuplexHandler, DirectChannelHandler
where InboundIn == ByteBuffer, OutboundOut == ByteBuffer {
    /// Stored exempt from the run-time check for overlapping accesses, like everything that is changed in place for
    /// every request.
    var channel: ChannelState { get set }
    /// Whether the socket should be read: always, unless bytes that have arrived wait for their reader.
    var wantsToRead: Bool { get }
    /// Takes one step with what has arrived; false when there is nothing to do until something else happens.
    func advance() -> Bool
    /// Takes steps until there is nothing to do.
    func advanceAll()
    /// Delivers what the steps have put together. Called after them, or at the end of the read in progress.
    func deliverArrivals()
    /// Writes the output to the channel.
    func flushOutput()
}

extension ChannelConnection {
    /// Nil once the connection is closed.
    var context: ChannelHandlerContext? { channel.context }

    // MARK: Reading

    /// Processes what has arrived, as far as possible. Called after anything that may allow progress.
    func process() {
        guard channel.beginProcessing() else { return }
        repeat { advanceAll() } while channel.processesAgain()
        if !channel.isReading { deliverArrivals() }
        continueReading()
    }

    func advanceAll() {
        while advance() {}
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        channelRead(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        channelReadComplete()
    }

    /// The channel asks to read more, which is delayed while there is enough.
    func read(context: ChannelHandlerContext) {
        if channelAsksToRead() { context.read() }
    }

    func channelAsksToRead() -> Bool {
        if wantsToRead { return true }
        channel.holdBackRead()
        return false
    }

    func continueReading() {
        guard channel.isReadHeldBack, wantsToRead, let context else { return }
        channel.releaseRead()
        context.read()
    }

    // MARK: Writing

    func flushOutput() {
        writeAndFlush()
    }

    /// Writes and flushes all output to the channel.
    func writeAndFlush() {
        guard let context, !channel.output.isEmpty, !sendDirectly() else { return }
        var output = channel.takeOutput()
        output.drain { context.write(wrapOutboundOut($0), promise: nil) }
        channel.putBack(&output)
        context.flush()
        channel.output.reset()
    }

    /// Sends the output past the pipeline, if it is a single buffer and there is no other handler; false otherwise.
    @inline(__always)
    func sendDirectly() -> Bool {
        guard let direct = channel.direct, channel.output.isOneBuffer else { return false }
        // No variable holds the bytes: their memory is to be free when they have been sent.
        direct.send(channel.output.takeTail())
        channel.output.reset()
        return true
    }

    // MARK: Closing

    /// Closes the channel: at once or, with TLS, when the peer has answered this side's close_notify.
    func closeChannel() {
        channel.closes()
        context?.close(promise: nil)
    }

    /// The peer sends no more. Returns whether that ends the channel, because this side has closed it.
    ///
    /// NIOSSL would wait until its time is up, even for the close_notify that it has just got; see docs/upstream.md.
    func peerEndsClosing() -> Bool {
        guard channel.isClosing, let closing = context?.channel else { return false }
        // Not in the middle of what NIOSSL is doing.
        closing.eventLoop.execute {
            closing._channelCore.close0(error: ChannelError.eof, mode: .all, promise: nil)
        }
        return true
    }

    /// How many bytes the socket has not accepted yet.
    var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}

extension ChannelHandlerContext {
    /// Calls `action` once the socket has accepted everything that was written before, or can accept no more.
    func whenSent(_ action: @escaping () -> Void) {
        let sent = eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in action() }
        // An empty write completes when everything before it has been sent.
        writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
    }
}
