import HTTPTypes
import NIOCore

/// The content of a message, read as it arrives.
///
/// Each element is a non-empty run of bytes of any length. Unread content stops the peer from sending: at most a fixed
/// amount is held in memory. The content can be read once; a second read throws ``HTTPBodyError/alreadyRead``.
public struct HTTPBody: AsyncSequence, Sendable {
    /// A run of the content's bytes.
    public typealias Element = ByteBuffer

    /// The source of the bytes; nil for a message without content.
    let source: (any BodySource)?

    init(source: (any BodySource)?) {
        self.source = source
    }

    /// Reads the runs of bytes in order.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let source: (any BodySource)?
        private var hasStarted = false

        init(source: (any BodySource)?) {
            self.source = source
        }

        /// The next run of bytes, or nil at the end.
        ///
        /// - Throws: ``HTTPBodyError``, or `CancellationError` if the task is cancelled while it waits.
        public mutating func next() async throws -> ByteBuffer? {
            guard let source else { return nil }
            let isFirst = !hasStarted
            hasStarted = true
            return try await source.next(isFirst: isFirst)
        }
    }

    /// Starts a read. A client that waits for `100 Continue` is sent it when the first element is requested.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }
}

extension HTTPBody {
    /// Reads the whole content.
    ///
    /// - Parameter limit: The maximum number of bytes to accept.
    /// - Throws: ``HTTPBodyError/tooLarge(limit:)`` as soon as there are more; any other ``HTTPBodyError`` if reading
    ///   fails.
    public func collect(upTo limit: Int) async throws -> ByteBuffer {
        guard let source else { return ByteBuffer() }
        if let announced = source.announcedLength, announced > limit {
            throw HTTPBodyError.tooLarge(limit: limit)
        }
        var iterator = makeAsyncIterator()
        var whole = ByteBuffer()
        while let part = try await iterator.next() {
            guard part.readableBytes <= limit - whole.readableBytes else { throw HTTPBodyError.tooLarge(limit: limit) }
            if whole.readableBytes == 0 {
                whole = part
            } else {
                whole.writeImmutableBuffer(part)
            }
        }
        return whole
    }

    /// The trailer fields (RFC 9110 section 6.5), once the content has been read to its end; empty before.
    public var trailers: HTTPFields {
        get async throws {
            try await source?.trailers() ?? [:]
        }
    }
}
