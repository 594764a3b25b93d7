import HTTPWire
import NIOCore

@testable import Martlet

/// A stream that does nothing of its own.
final class TestStream: HTTP2Stream, Equatable, CustomStringConvertible {
    let number: UInt32
    var output: HTTP2StreamOutput
    var isInputEnded = false

    init(_ number: UInt32, window: Int = 65_535) {
        self.number = number
        self.output = HTTP2StreamOutput(window: window)
    }

    func sent(_ count: Int) {}

    func outputEnded() {}

    static func == (left: TestStream, right: TestStream) -> Bool { left === right }

    var description: String { "\(number)" }
}

extension HTTP2Multiplexer<TestStream> {
    /// A connection of the default windows, which forgives little.
    init(
        of peer: HTTP2Endpoint,
        window: Int = HTTP2Settings.defaultWindow,
        concurrencyLimit: Int = 2,
        abandonedStreams: Int = 2,
        controlFrames: Int = 3
    ) {
        self.init(
            of: peer,
            frames: HTTP2FrameReader(of: peer, blockLimit: 1_000, continuationLimit: 3),
            decoder: HTTP2MessageDecoder(),
            window: window,
            streamWindow: 1_000,
            concurrencyLimit: concurrencyLimit,
            flood: HTTP2FloodGuard.Limits(
                abandonedStreams: abandonedStreams,
                controlFrames: controlFrames,
                interval: .seconds(10)
            ),
            now: .uptimeNanoseconds(0)
        )
    }

    /// What to do about a frame.
    mutating func receive(_ event: HTTP2FrameReader.Event) -> Step {
        receive(event, now: .uptimeNanoseconds(0))
    }

    /// Whatever is to be done next without a further frame.
    mutating func next() -> Step { next(now: .uptimeNanoseconds(0)) }

    /// Opens a stream as a client does.
    mutating func open(window: Int = 65_535) -> TestStream {
        let stream = TestStream(makeNumber(), window: window)
        insert(stream)
        return stream
    }

    /// Opens a stream that the client has begun.
    mutating func accept(_ number: UInt32, window: Int = 65_535) -> TestStream {
        _ = receive(.headers(stream: number, block: ByteBuffer(), endsStream: false))
        let stream = TestStream(number, window: window)
        insert(stream)
        return stream
    }

    /// All frames that can be sent, in words, such as `1:3` for three bytes on stream 1 and `1.` for its end.
    mutating func sendAll(upTo count: Int = .max) -> [String] {
        var words: [String] = []
        guard resumeSending() else { return ["is sending"] }
        while words.count < count, let frame = nextFrame() { words.append(frame.word) }
        pauseSending()
        return words
    }
}

extension HTTP2SendLine.Frame {
    var word: String {
        switch self {
        case .data(let stream, let bytes, let endsStream):
            "\(stream.number):\(bytes.readableBytes)\(endsStream ? "." : "")"
        case .end(let stream, let trailers):
            "\(stream.number)\(trailers.map { "(\($0.count))" } ?? "")."
        }
    }
}
