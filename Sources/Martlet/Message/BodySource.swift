import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// The source of an ``HTTPBody``'s bytes.
protocol BodySource: AnyObject, Sendable {
    /// The announced number of bytes; nil if it is unknown.
    var announcedLength: Int? { get }

    /// The next run of bytes; nil at the end.
    ///
    /// - Parameter isFirst: Whether this starts a read of the content, of which there can be only one.
    func next(isFirst: Bool) async throws -> ByteBuffer?

    /// The trailers, once the content has been read to its end.
    func trailers() async throws -> HTTPFields
}

extension BodyStream: BodySource {}

/// Content that has arrived completely.
final class WholeBody: BodySource {
    /// How much more memory than four times its size the content may keep, so that a small response is not copied.
    private static let slack = 4_096

    private let bytes: ByteBuffer
    private let fieldsAfter: HTTPFields
    private let state = Mutex(State.unread)

    private enum State {
        case unread
        case handedOut
    }

    init(_ bytes: ByteBuffer, trailers: HTTPFields = [:]) {
        self.bytes = bytes.compacted(beyond: Self.slack)
        self.fieldsAfter = trailers
    }

    var announcedLength: Int? { bytes.readableBytes }

    func next(isFirst: Bool) async throws -> ByteBuffer? {
        let wasHandedOut = state.withLock { state in
            defer { state = .handedOut }
            return state == .handedOut
        }
        if isFirst, wasHandedOut { throw HTTPBodyError.alreadyRead }
        return isFirst && bytes.readableBytes > 0 ? bytes : nil
    }

    func trailers() async throws -> HTTPFields {
        state.withLock { $0 } == .handedOut ? fieldsAfter : [:]
    }
}
