import Synchronization

/// A stream of zlib, which can be used for one message after the other.
protocol ReusableStream: AnyObject, Sendable {
    /// Forgets everything that the stream has seen before.
    func reset()
}

/// Streams of zlib between two messages that know nothing of each other.
///
/// A WebSocket whose messages are compressed independently needs a stream only while it has part of a message. Thousands
/// of WebSockets then share a few streams, of up to 256 KiB each, which stay in the processor's cache.
final class IdleStreams<Stream: ReusableStream>: Sendable {
    /// The parameters in which streams differ.
    struct Parameters: Equatable {
        let windowBits: Int
        var level = 0
    }

    /// How many streams are kept at most.
    static var capacity: Int { 8 }

    private let streams = Mutex<[(parameters: Parameters, stream: Stream)]>([])

    /// Takes the stream with these parameters that was used last; nil if there is none.
    func take(_ parameters: Parameters) -> Stream? {
        streams.withLock { streams in
            guard let index = streams.lastIndex(where: { $0.parameters == parameters }) else { return nil }
            return streams.remove(at: index).stream
        }
    }

    /// Resets a stream, which its owner no longer uses, and keeps it if there is room.
    func keep(_ stream: Stream, _ parameters: Parameters) {
        stream.reset()
        streams.withLock { streams in
            if streams.count < Self.capacity { streams.append((parameters, stream)) }
        }
    }
}
