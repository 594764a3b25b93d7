import NIOCore

/// Receives the bytes of a detached connection. Called on the loop.
protocol DetachedReceiver: AnyObject, Sendable {
    /// Whether the connection should continue reading.
    var wantsBytes: Bool { get }
    /// Whether the closing handshake is complete, so that the end of the connection is not a failure.
    var hasSaidGoodbye: Bool { get }

    /// Adds received bytes; ``wake()`` follows.
    func push(_ bytes: ByteBuffer)
    /// All bytes of one read have been pushed.
    func wake()
    /// The peer has closed its sending side.
    func finish()
    /// The connection is closed.
    func fail(_ error: any Error)
    /// There is room to write again.
    func becameWritable()
    /// The server is about to close.
    func serverCloses()
    /// The handler that detached the connection has thrown an error.
    func handlerFailed()
}

extension BodyStream: DetachedReceiver {
    var hasSaidGoodbye: Bool { false }

    func finish() { finish(trailers: [:]) }

    // The owner of the bytes keeps them until the end: there is no closing handshake in an unknown protocol.
    func becameWritable() {}
    func serverCloses() {}
    func handlerFailed() {}
}
