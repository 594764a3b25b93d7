import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// How streams take turns, told without a channel.
@Suite struct HTTP2SendLineTests {
    private func stream(_ number: UInt32, _ count: Int, window: Int = 65_535, ends: Bool = true) -> TestStream {
        let stream = TestStream(number, window: window)
        stream.output.append(ByteBuffer(repeating: 0x61, count: count))
        if ends { stream.output.finish() }
        return stream
    }

    private func send(_ line: inout HTTP2SendLine<TestStream>, frameSize: Int = 10, upTo count: Int = .max) -> [String]
    {
        var words: [String] = []
        guard line.resume() else { return ["is sending"] }
        while words.count < count, let frame = line.next(maximumFrameSize: frameSize) { words.append(frame.word) }
        line.pause()
        return words
    }

    @Test("A turn is four frames, then it is that of the next stream")
    func turns() {
        var line = HTTP2SendLine<TestStream>()
        let streams = [stream(1, 55), stream(3, 20), stream(5, 45)]
        for stream in streams { line.enter(stream) }
        #expect(
            send(&line) == [
                "1:10", "1:10", "1:10", "1:10", "3:10", "3:10.", "5:10", "5:10", "5:10", "5:10", "1:10", "1:5.", "5:5.",
            ]
        )
        #expect(line.isEmpty && send(&line).isEmpty && line.window.size == 65_535 - 120)
    }

    @Test("A turn that the channel has cut short begins anew, before those of others")
    func blocked() {
        var line = HTTP2SendLine<TestStream>()
        let streams = [stream(1, 60), stream(3, 20)]
        for stream in streams { line.enter(stream) }
        #expect(send(&line, upTo: 3) == ["1:10", "1:10", "1:10"])
        #expect(!line.isEmpty)
        #expect(send(&line) == ["1:10", "1:10", "1:10.", "3:10", "3:10."])
    }

    @Test("A whole message is sent at once where nothing else waits, and both windows have room")
    func whole() {
        var line = HTTP2SendLine<TestStream>()
        let first = stream(1, 0, ends: false)
        #expect(line.sendWhole(5, of: first) == true)
        #expect(first.output.isEnded && first.output.window.size == 65_530 && line.window.size == 65_530)
        #expect(line.sendWhole(5, of: first) == false)
        // Of its own window.
        #expect(line.sendWhole(5, of: stream(3, 0, window: 4, ends: false)) == false)
        #expect(line.sendWhole(0, of: stream(5, 0, window: -1, ends: false)) == true)
        // Of that of the connection.
        #expect(line.sendWhole(65_531, of: stream(7, 0, window: 100_000, ends: false)) == false)
        // Behind content of its own, and behind that of others.
        let second = stream(9, 1)
        #expect(line.sendWhole(5, of: second) == false)
        line.enter(second)
        #expect(line.sendWhole(5, of: stream(11, 0, ends: false)) == false)
        #expect(line.window.size == 65_530)
    }

    @Test("A stream without a window of its own leaves the line until it has one")
    func ownWindow() throws {
        var line = HTTP2SendLine<TestStream>()
        let stream = stream(1, 10, window: 4)
        line.enter(stream)
        #expect(send(&line) == ["1:4"])
        #expect(line.isEmpty)
        try stream.output.growWindow(by: 6, stream: 1)
        #expect(send(&line) == [])
        line.enter(stream)
        #expect(send(&line) == ["1:6."])
    }

    @Test("Streams starve while the connection has no window, except for those that need none")
    func starved() throws {
        var line = HTTP2SendLine<TestStream>()
        let streams = [stream(1, 65_530), stream(3, 10), stream(5, 10), stream(7, 0)]
        for stream in streams { line.enter(stream) }
        #expect(send(&line, frameSize: 65_530) == ["1:65530.", "3:5", "7."])
        #expect(line.window.size == 0 && line.isEmpty)
        #expect(send(&line) == [])
        try line.growWindow(by: 7)
        #expect(send(&line) == ["3:5.", "5:2"])
        try line.growWindow(by: 100)
        #expect(send(&line) == ["5:8."])
    }

    @Test("What is sent in the midst of a turn gets a place, and the turn goes on")
    func entersDuringTurn() {
        var line = HTTP2SendLine<TestStream>()
        let first = stream(1, 10, ends: false)
        line.enter(first)
        #expect(line.resume() == true)
        #expect(line.next(maximumFrameSize: 10)?.word == "1:10")
        // A handler was told that there is room, and has written at once.
        first.output.append(ByteBuffer(repeating: 0, count: 15))
        line.enter(first)
        let other = stream(3, 1)
        line.enter(other)
        #expect(line.resume() == false)
        #expect(line.next(maximumFrameSize: 10)?.word == "1:10")
        #expect(line.next(maximumFrameSize: 10)?.word == "1:5")
        #expect(line.next(maximumFrameSize: 10)?.word == "3:1.")
        #expect(line.next(maximumFrameSize: 10) == nil)
        line.pause()
        #expect(line.isEmpty)
    }

    @Test("A stream that is gone sends nothing, even if it is its turn")
    func removal() {
        var line = HTTP2SendLine<TestStream>()
        let streams = [stream(1, 30), stream(3, 10), stream(5, 10)]
        for stream in streams { line.enter(stream) }
        line.remove(streams[1])
        #expect(line.resume() == true)
        #expect(line.next(maximumFrameSize: 10)?.word == "1:10")
        line.remove(streams[0])
        #expect(line.next(maximumFrameSize: 10)?.word == "5:10.")
        line.pause()
        #expect(line.isEmpty)
        line.enter(streams[1])
        line.removeAll()
        #expect(send(&line) == [])
    }
}
