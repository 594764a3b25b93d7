import NIOCore

/// A connection as the handler of its channel: what those of servers and of clients have in common. All of it is called
/// on the loop.
protocol ChannelConnection: ChannelDuplexHandler {
    /// Nil once the connection is closed.
    var context: ChannelHandlerContext? { get }
    /// Whether the socket is to be read: always, except when what has arrived waits for somebody.
    var wantsToRead: Bool { get }
    /// Whether the channel has asked for more to read and waits.
    var isReadHeldBack: Bool { get set }
}

extension ChannelConnection {
    /// The channel asks for more to read, which waits while there is enough.
    func read(context: ChannelHandlerContext) {
        if wantsToRead {
            context.read()
        } else {
            isReadHeldBack = true
        }
    }

    func continueReading() {
        guard isReadHeldBack, wantsToRead, let context else { return }
        isReadHeldBack = false
        context.read()
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
