/// Streams of zlib between two messages that know nothing of each other.
///
/// A WebSocket whose messages are compressed independently needs a stream only while it has part of a message. Thousands
/// of WebSockets then share a few streams, of up to 256 KiB each, which stay in the processor's cache. A stream that was
/// reset refers to nothing that it has seen before.
struct IdleStreams<Stream> {
    /// The parameters in which streams differ.
    struct Parameters: Equatable {
        let windowBits: Int
        var level = 0
    }

    /// How many streams are kept at most.
    private static var capacity: Int { 8 }

    private var streams: [(parameters: Parameters, stream: Stream)] = []

    /// Takes the stream that was used last.
    mutating func take(_ parameters: Parameters) -> Stream? {
        guard let index = streams.lastIndex(where: { $0.parameters == parameters }) else { return nil }
        return streams.remove(at: index).stream
    }

    /// Keeps a stream that has been reset.
    mutating func keep(_ stream: Stream, _ parameters: Parameters) {
        if streams.count < Self.capacity { streams.append((parameters, stream)) }
    }
}
