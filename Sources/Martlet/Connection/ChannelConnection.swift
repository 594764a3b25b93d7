import NIOCore

/// A connection as the handler of its channel: what those of servers and of clients have in common. All of it is called
/// on the loop.
///
/// What stands in the extensions is compiled for each connection of its own: nothing is looked up for a request.
protocol ChannelConnection: ChannelDuplexHandler where InboundIn == ByteBuffer, OutboundOut == ByteBuffer {
    /// Stored exempt from the run-time check for overlapping accesses, like what is changed in place for every request.
    var channel: ChannelState { get set }
    /// Whether the socket is to be read: always, except when what has arrived waits for somebody.
    var wantsToRead: Bool { get }
    /// One step with what has arrived; false when there is nothing to do before something else happens.
    func advance() -> Bool
    /// Takes steps until there is nothing to do.
    func advanceAll()
    /// Hands on what the steps have put together. Called after them, or at the end of the read that is going on.
    func deliverArrivals()
    /// Hands what has been written to the channel.
    func flushOutput()
}

extension ChannelConnection {
    /// Nil once the connection is closed.
    var context: ChannelHandlerContext? { channel.context }

    // MARK: Reading

    /// Goes as far as it can with what has arrived. Called after anything that may let it go on.
    func process() {
        guard channel.beginProcessing() else { return }
        repeat { advanceAll() } while channel.processesAgain()
        if !channel.isReading { deliverArrivals() }
        continueReading()
    }

    func advanceAll() {
        while advance() {}
    }

    /// The channel asks for more to read, which waits while there is enough.
    func read(context: ChannelHandlerContext) {
        if wantsToRead {
            context.read()
        } else {
            channel.holdBackRead()
        }
    }

    func continueReading() {
        guard channel.isReadHeldBack, wantsToRead, let context else { return }
        channel.releaseRead()
        context.read()
    }

    // MARK: Writing

    /// Hands everything that waits to the channel.
    func writeAndFlush() {
        guard let context, !channel.output.isEmpty else { return }
        var output = channel.takeOutput()
        output.drain { context.write(wrapOutboundOut($0), promise: nil) }
        channel.putBack(&output)
        context.flush()
        channel.output.reset()
    }

    /// How many bytes the socket has not taken yet.
    var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}

extension ChannelHandlerContext {
    /// Calls `action` once the socket has taken all that was written before, or can't take any more.
    func whenSent(_ action: @escaping () -> Void) {
        let sent = eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in action() }
        // An empty write completes when everything before it has been sent.
        writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
    }
}
