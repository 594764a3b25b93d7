import HTTPTypes
import NIOCore
import Synchronization

/// The content of a response, as the caller reads it. Dropping it tells the connection that the rest is not wanted.
final class ConnectionBody: BodySource {
    private let stream: BodyStream
    private let exchange: ClientExchange
    private let connection: any ClientConnection
    /// The connection, if it may be detached.
    private let detachable: (any DetachedConnection)?
    private let isDetached = Mutex(false)

    init(
        _ stream: BodyStream,
        of exchange: ClientExchange,
        on connection: any ClientConnection,
        detachable: (any DetachedConnection)? = nil
    ) {
        self.stream = stream
        self.detachable = detachable
        self.exchange = exchange
        self.connection = connection
    }

    deinit {
        if isDetached.withLock({ $0 }) { return }
        if let detachable {
            detachable.eventLoop.execute { detachable.abort() }
        } else {
            connection.responseWasDropped(exchange)
        }
    }

    var announcedLength: Int? { stream.announcedLength }

    func next(isFirst: Bool) async throws -> ByteBuffer? {
        try await stream.next(isFirst: isFirst)
    }

    func trailers() async throws -> HTTPFields {
        try await stream.trailers()
    }

    /// The connection, which the caller then has to close; nil when it was detached before.
    func detach() -> DetachedSocket? {
        guard let detachable else { return nil }
        let isFirst = isDetached.withLock { isDetached in
            defer { isDetached = true }
            return !isDetached
        }
        return isFirst ? DetachedSocket(detachable, inbound: stream) : nil
    }
}
