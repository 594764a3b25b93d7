import NIOCore

/// A connection that was detached from a server or a client: plain bytes in both directions.
///
/// Dropping it does not close the connection; ``close()`` does. A server that shuts down waits for the connection as it
/// waits for requests, until its `shutdownTimeout`.
public struct DetachedSocket: Sendable {
    /// The bytes that the peer sends; they end when the peer has finished sending.
    public let inbound: HTTPBody
    /// The addresses of the connection at the time the socket was detached.
    public let connectionInfo: HTTPConnectionInfo?
    let connection: any DetachedConnection

    init(_ connection: any DetachedConnection, inbound: any BodySource) {
        self.connection = connection
        self.inbound = HTTPBody(source: inbound)
        self.connectionInfo = connection.info
    }

    /// Sends bytes. Returns when the peer has accepted enough of what was sent before.
    ///
    /// - Throws: ``HTTPServerError/connectionClosed`` or ``HTTPClientError/connectionClosed`` when the peer is gone.
    public func write(_ bytes: ByteBuffer) async throws {
        let connection = connection
        let isReady = try await connection.eventLoop.run { try connection.writeDetached { $0.append(bytes) } }
        if !isReady {
            try await connection.waitUntilWritable()
        }
    }

    /// Sends a text, as UTF-8.
    public func write(_ text: String) async throws {
        try await write(ByteBuffer(string: text))
    }

    /// Ends the output. What the peer sends can still be read.
    public func closeOutput() async {
        let connection = connection
        try? await connection.eventLoop.run { connection.closeOutput() }
    }

    /// Closes the connection after what was sent.
    public func close() async {
        let connection = connection
        try? await connection.eventLoop.run { connection.closeDetached() }
    }
}

/// The needs of a ``DetachedSocket`` from its connection.
protocol DetachedConnection: AnyObject, Sendable {
    /// The clock of the connection's loop. Can be read from anywhere.
    var clock: LoopClock { get }
    /// Can be read from anywhere; nil once the connection is closed.
    var info: HTTPConnectionInfo? { get }

    /// Whether the caller is in the task of the handler that detached the connection, which is cancelled only once the
    /// receiver has been told that the connection is closed. Called from anywhere; false where that is not known.
    var isHandlerTask: Bool { get }

    /// Delivers to `receiver` what `stream` has already received, and what the peer sends from now on. Called on the
    /// loop.
    func handOver(from stream: BodyStream, to receiver: any DetachedReceiver)
    /// Sends what `write` appends, soon; false when the caller should wait until the peer has accepted some. Called on
    /// the loop.
    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool
    /// How many bytes the system has not accepted yet. Called on the loop.
    var unsentBytes: Int { get }
    /// Whether the peer has accepted enough of what was written, or the connection is closed. Called on the loop.
    var isWritable: Bool { get }
    /// Called on the loop, after ``DetachedReceiver/wantsBytes`` may have become true.
    func continueReading()
    /// Tears the connection down. Called on the loop.
    func abort()
    /// Called from anywhere.
    func waitUntilWritable() async throws
    /// Called on the loop.
    func closeOutput()
    /// Called on the loop.
    func closeDetached()
}

extension DetachedConnection {
    var eventLoop: any EventLoop { clock.eventLoop }

    var isHandlerTask: Bool { false }
}

/// A connection that leaves its whole channel to another protocol.
extension DetachedConnection where Self: ChannelConnection {
    var isWritable: Bool { channel.isWritable || context == nil }

    func closeOutput() {
        channel.closedOutput()
        flushOutput()
        context?.close(mode: .output, promise: nil)
    }

    /// Closes when the socket has accepted everything.
    func closeDetached() {
        flushOutput()
        context?.whenSent { self.abort() }
    }
}
