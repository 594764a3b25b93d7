import HTTPWire
import Martlet
import NIOCore

/// Sends server-sent events to one client; see `HTTPServerRequest.sendEvents(keepAlive:_:)`.
///
/// Each function sends at once, and returns when the client has taken enough of what was sent before. They throw
/// `HTTPServerError.connectionClosed` or `CancellationError` when the client is gone. Several tasks may send: events
/// are never mixed.
public struct EventWriter: Sendable {
    let response: HTTPServerResponse

    /// Sends an event.
    public func send(_ event: ServerSentEvent) async throws {
        try await send(CollectionOfOne(event))
    }

    /// Sends an event with the default name.
    public func send(_ data: String) async throws {
        try await send(ServerSentEvent(data))
    }

    /// Sends an event whose data is JSON.
    ///
    /// - Parameters:
    ///   - value: The data.
    ///   - name: The name of the event, `message` by default.
    ///   - id: The position in the stream; none by default.
    /// - Throws: `EncodingError` or `ServerSentEventError`, besides the errors of sending.
    public func send(
        json value: some Encodable,
        name: String = ServerSentEvent.defaultName,
        id: String? = nil
    ) async throws {
        try await send(ServerSentEvent(json: value, name: name, id: id))
    }

    /// Sends several events in one piece.
    public func send(_ events: some Sequence<ServerSentEvent>) async throws {
        var bytes = ByteBuffer()
        for event in events { bytes.writeServerSentEvent(event) }
        try await write(bytes)
    }

    /// Sends a comment, which clients ignore.
    public func comment(_ text: String) async throws {
        var bytes = ByteBuffer()
        bytes.writeServerSentComment(text)
        try await write(bytes)
    }

    /// Tells the client how long to wait before it connects again, in whole milliseconds.
    public func setReconnectionTime(_ time: Duration) async throws {
        var bytes = ByteBuffer()
        bytes.writeReconnectionTime(time)
        try await write(bytes)
    }

    private func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await response.write(bytes)
        try await response.flush()
    }
}
