import NIOCore

/// Who gets the bytes of a detached connection. Called on the loop.
protocol DetachedReceiver: AnyObject, Sendable {
    /// Whether the connection should go on reading.
    var wantsBytes: Bool { get }
    /// Whether the peers have taken leave of each other, so that the end of the connection is no failure.
    var hasSaidGoodbye: Bool { get }

    /// Adds what has arrived; ``wake()`` follows.
    func push(_ bytes: ByteBuffer)
    /// What has arrived for now has been pushed.
    func wake()
    /// The peer will send no more.
    func finish()
    /// The connection is closed.
    func fail(_ error: any Error)
    /// What was written has been taken by the peer, as far as that there is room for more.
    func becameWritable()
    /// The server is about to close.
    func serverCloses()
    /// The handler that has detached the connection has thrown an error.
    func handlerFailed()
}

extension BodyStream: DetachedReceiver {
    var hasSaidGoodbye: Bool { false }

    func finish() { finish(trailers: [:]) }

    // Whoever has the bytes has them until the end: nobody here knows how to say goodbye in their protocol.
    func becameWritable() {}
    func serverCloses() {}
    func handlerFailed() {}
}
