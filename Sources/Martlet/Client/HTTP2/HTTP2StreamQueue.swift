import NIOCore

/// The streams of a connection for which the same is to be done soon, each of them once, in order. A plain value.
///
/// A stream knows which queues it is in, so that nothing is looked up for each frame.
struct HTTP2StreamQueue<Stream: HTTP2QueuedStream> {
    private let kind: HTTP2QueueKinds
    private var streams = CircularBuffer<Stream>(initialCapacity: 4)

    /// - Parameter kind: What is to be done for the streams. A stream is in one queue of a kind at most.
    init(_ kind: HTTP2QueueKinds) {
        self.kind = kind
    }

    var isEmpty: Bool { streams.isEmpty }
    var count: Int { streams.count }

    /// Adds a stream; false when it is in the queue already.
    @discardableResult
    mutating func append(_ stream: Stream) -> Bool {
        guard stream.enter(kind) else { return false }
        streams.append(stream)
        return true
    }

    /// Takes the first stream out, which can then be added again.
    mutating func popFirst() -> Stream? {
        guard let stream = streams.popFirst() else { return nil }
        stream.leave(kind)
        return stream
    }
}

/// The purpose of a queue of streams.
struct HTTP2QueueKinds: OptionSet {
    let rawValue: UInt8

    /// Something has arrived that was not delivered to the requester or the reader.
    static let arrivals = HTTP2QueueKinds(rawValue: 1)
    /// The writer of the content may have added something.
    static let content = HTTP2QueueKinds(rawValue: 2)
}

/// A stream that can wait in queues.
protocol HTTP2QueuedStream: AnyObject {
    /// Notes that the stream is in a queue; false when it was before.
    func enter(_ queue: HTTP2QueueKinds) -> Bool
    func leave(_ queue: HTTP2QueueKinds)
}
