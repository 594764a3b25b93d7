import Synchronization
import Testing

@testable import HTTPWire

/// What is kept of streams between two messages.
@Suite struct IdleStreamsTests {
    private final class Stream: ReusableStream {
        let resets = Atomic(0)

        func reset() { resets.add(1, ordering: .relaxed) }
    }

    private let streams = IdleStreams<Stream>()

    @Test("A stream is reset when it is kept, and taken once")
    func reuse() {
        let stream = Stream()
        #expect(streams.take(.init(windowBits: 15)) == nil)
        streams.keep(stream, .init(windowBits: 15))
        let resets = stream.resets.load(ordering: .relaxed)
        #expect(resets == 1)
        #expect(streams.take(.init(windowBits: 15)) === stream)
        #expect(streams.take(.init(windowBits: 15)) == nil)
    }

    @Test("A stream is taken only with the parameters that it has")
    func parameters() {
        let stream = Stream()
        streams.keep(stream, .init(windowBits: 15, level: 6))
        #expect(streams.take(.init(windowBits: 15, level: 1)) == nil)
        #expect(streams.take(.init(windowBits: 9, level: 6)) == nil)
        #expect(streams.take(.init(windowBits: 15, level: 6)) === stream)
    }

    @Test("The stream that was used last is taken first, and no more are kept than there is room for")
    func bound() {
        let all = (0..<IdleStreams<Stream>.capacity + 2).map { _ in Stream() }
        for stream in all { streams.keep(stream, .init(windowBits: 15)) }
        var taken: [Stream] = []
        while let stream = streams.take(.init(windowBits: 15)) { taken.append(stream) }
        #expect(taken.map(ObjectIdentifier.init) == all.dropLast(2).reversed().map(ObjectIdentifier.init))
    }
}
