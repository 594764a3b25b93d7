import NIOCore

/// A connection that was taken out of a server's hands: plain bytes in both directions.
///
/// Dropping it does not close the connection; ``close()`` does.
public struct DetachedSocket: Sendable {
    /// The bytes that the peer sends; they end when the peer has finished sending.
    public let inbound: HTTPBody
    /// The peer and the local address, as of the moment the socket was detached.
    public let connectionInfo: HTTPConnectionInfo?
    private let connection: HTTP1ServerConnection

    init(_ connection: HTTP1ServerConnection, inbound: BodyStream) {
        self.connection = connection
        self.inbound = HTTPBody(stream: inbound)
        self.connectionInfo = connection.info
    }

    /// Sends bytes. Returns when the peer has taken enough of what was sent before.
    ///
    /// - Throws: ``HTTPServerError/connectionClosed`` when the peer is gone.
    public func write(_ bytes: ByteBuffer) async throws {
        let connection = connection
        let isReady = try await connection.loop.eventLoop.run { try connection.writeDetached(bytes) }
        if !isReady {
            try await connection.waitUntilWritable()
        }
    }

    /// Sends a text, as UTF-8.
    public func write(_ text: String) async throws {
        try await write(ByteBuffer(string: text))
    }

    /// Says that no more will be sent. What the peer sends can still be read.
    public func closeOutput() async {
        let connection = connection
        try? await connection.loop.eventLoop.run { connection.context?.close(mode: .output, promise: nil) }
    }

    /// Closes the connection after what was sent.
    public func close() async {
        let connection = connection
        try? await connection.loop.eventLoop.run { connection.closeDetached() }
    }
}
