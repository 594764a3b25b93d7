import HTTPTypes
import NIOCore

/// The bytes of one message's content between the connection that receives them and the task that reads them.
///
/// The connection pushes; the reader pulls; ``wantsBytes`` tells the connection when to stop reading its socket.
final class BodyStream: @unchecked Sendable {
    // Sendable because every stored variable is touched only on the thread of `eventLoop`: the members called by the
    // connection run there, and those called by readers hop there first.

    /// How many bytes wait for the reader before the socket is no longer read.
    static let highWaterMark = 65_536

    /// The length that the head of the message announces; nil when it does not.
    let announcedLength: Int?
    private let eventLoop: any EventLoop
    private let arrival: EventLoopCondition
    /// Called on the loop when the reader waits for bytes, and when there is room for more.
    private let onDemand: @Sendable () -> Void

    private enum End {
        case complete(HTTPFields)
        case failed(any Error)
    }

    @exclusivity(unchecked) private var chunks = CircularBuffer<ByteBuffer>()
    @exclusivity(unchecked) private var bufferedBytes = 0
    @exclusivity(unchecked) private var end: End?
    /// Whether anybody has asked for the content.
    @exclusivity(unchecked) private(set) var isBeingRead = false

    init(eventLoop: any EventLoop, announcedLength: Int?, onDemand: @escaping @Sendable () -> Void) {
        self.eventLoop = eventLoop
        self.announcedLength = announcedLength
        self.onDemand = onDemand
        self.arrival = EventLoopCondition(eventLoop: eventLoop)
    }

    // MARK: The connection's side, on the loop

    /// Whether the connection should go on reading.
    var wantsBytes: Bool { end == nil && bufferedBytes < Self.highWaterMark }

    /// Whether a reader waits for bytes that the peer has not sent.
    var isStarving: Bool { arrival.hasWaits }

    func push(_ bytes: ByteBuffer) {
        guard end == nil else { return }
        chunks.append(bytes)
        bufferedBytes += bytes.readableBytes
        arrival.signal()
    }

    func finish(trailers: HTTPFields) {
        finish(.complete(trailers))
    }

    /// Ends the stream with an error, which the reader gets after the bytes that have arrived.
    func fail(_ error: any Error) {
        finish(.failed(error))
    }

    /// Drops what has arrived and was not read, and lets every further reading fail.
    func discard() {
        // Also a content that is complete, unless all of it was read: what is left must not pass for the whole.
        if end == nil || !chunks.isEmpty {
            end = .failed(HTTPBodyError.discarded)
        }
        chunks.removeAll()
        bufferedBytes = 0
        arrival.signal()
    }

    private func finish(_ end: End) {
        guard self.end == nil else { return }
        self.end = end
        arrival.signal()
    }

    // MARK: The reader's side, from anywhere

    func next(isFirst: Bool) async throws -> ByteBuffer? {
        var isFirst = isFirst
        while true {
            let begins = isFirst
            if let ready = try await eventLoop.run({ try self.takeReady(isFirst: begins) }) {
                return ready.bytes
            }
            isFirst = false
            try await arrival.wait { self.end != nil || !self.chunks.isEmpty }
        }
    }

    func trailers() async throws -> HTTPFields {
        try await eventLoop.run {
            if case .complete(let trailers) = self.end, self.chunks.isEmpty { trailers } else { [:] }
        }
    }

    private struct Ready: Sendable {
        let bytes: ByteBuffer?
    }

    /// What can be handed out without waiting; nil when nothing can.
    private func takeReady(isFirst: Bool) throws -> Ready? {
        if isFirst {
            guard !isBeingRead else { throw HTTPBodyError.alreadyRead }
            isBeingRead = true
        }
        if let chunk = chunks.popFirst() {
            let wasFull = bufferedBytes >= Self.highWaterMark
            bufferedBytes -= chunk.readableBytes
            if wasFull, wantsBytes {
                onDemand()
            }
            return Ready(bytes: chunk)
        }
        switch end {
        case .complete:
            return Ready(bytes: nil)
        case .failed(let error):
            throw error
        case nil:
            onDemand()
            return nil
        }
    }
}
