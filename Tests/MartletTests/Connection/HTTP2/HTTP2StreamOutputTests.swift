import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What one stream sends, told without a channel.
@Suite struct HTTP2StreamOutputTests {
    private func bytes(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 0x61, count: count) }

    private func word(_ part: HTTP2StreamOutput.Part?) -> String {
        switch part {
        case .content(let bytes, let endsStream): "\(bytes.readableBytes)\(endsStream ? "." : "")"
        case .end(let trailers): "(\(trailers?.count ?? 0))."
        case nil: "nothing"
        }
    }

    @Test("Content leaves as far as the window goes, and its last part ends the stream")
    func window() throws {
        var output = HTTP2StreamOutput(window: 5)
        output.append(bytes(8))
        #expect(output.canSend && output.isOpen && output.byteCount == 8)
        #expect(word(output.take(upTo: 3)) == "3")
        #expect(word(output.take(upTo: 100)) == "2")
        #expect(!output.canSend && output.window.size == 0)
        #expect(word(output.take(upTo: 100)) == "nothing")
        try output.growWindow(by: 10, stream: 1)
        output.finish()
        #expect(output.canSend && !output.isOpen)
        #expect(word(output.take(upTo: 100)) == "3.")
        #expect(!output.canSend && output.isEnded && output.window.size == 7)
    }

    @Test("The end needs no window, nor do trailers")
    func end() {
        for trailers in [nil, [.init("a")!: "b"]] as [HTTPFields?] {
            var output = HTTP2StreamOutput(window: 0)
            #expect(!output.canSend)
            output.finish(trailers: trailers)
            #expect(output.canSend)
            #expect(word(output.take(upTo: 0)) == (trailers == nil ? "(0)." : "(1)."))
            #expect(output.isEnded && !output.canSend)
        }
    }

    @Test("Content that trailers follow does not end the stream")
    func trailers() {
        var output = HTTP2StreamOutput(window: 10)
        output.append(bytes(1))
        output.finish(trailers: [.init("a")!: "b"])
        #expect(output.endWithHead() == false)
        #expect(word(output.take(upTo: 10)) == "1")
        #expect(output.canSend)
        #expect(word(output.take(upTo: 10)) == "(1).")
    }

    @Test("A head ends a message that is nothing else")
    func head() {
        var output = HTTP2StreamOutput(window: 10)
        #expect(output.endWithHead() == false)
        output.finish()
        #expect(output.endWithHead() == true)
        #expect(output.isEnded)
        #expect(!output.canSend)
        var content = HTTP2StreamOutput(window: 10)
        content.append(bytes(1))
        content.finish()
        #expect(content.endWithHead() == false)
        #expect(!content.isEnded)
        var trailers = HTTP2StreamOutput(window: 10)
        trailers.finish(trailers: [.init("a")!: "b"])
        #expect(trailers.endWithHead() == false)
    }

    @Test("A window that a setting has shrunk below zero has to grow above it")
    func shrunk() throws {
        var output = HTTP2StreamOutput(window: 10)
        output.append(bytes(10))
        try output.adjustWindow(by: -15)
        #expect(!output.canSend && output.window.size == -5)
        try output.growWindow(by: 5, stream: 1)
        #expect(!output.canSend)
        try output.growWindow(by: 1, stream: 1)
        #expect(output.canSend)
        #expect(word(output.take(upTo: 10)) == "1")
    }

    @Test("A peer that grants no room, or hardly any, is noticed")
    func stall() throws {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var output = HTTP2StreamOutput(window: 5)
        output.append(bytes(10_000))
        #expect(!output.isStuck(connectionWindow: 1) && output.isStuck(connectionWindow: 0))
        _ = output.take(upTo: 10)
        #expect(output.isStuck(connectionWindow: 1))
        var hasStalled = [0, 10, 11].map {
            output.hasStalled(connectionWindow: 1, now: start + .seconds($0), .seconds(10))
        }
        #expect(hasStalled == [false, false, true])
        try output.growWindow(by: 5_000, stream: 1)
        _ = output.take(upTo: 5_000)
        hasStalled = [12, 22, 23].map {
            output.hasStalled(connectionWindow: 1, now: start + .seconds($0), .seconds(10))
        }
        #expect(hasStalled == [false, false, true])
        #expect(output.hasStalled(connectionWindow: 1, now: start + .hours(1), nil) == false)
    }

    @Test("What is stopped sends nothing more, and what has ended stays so")
    func stop() {
        var output = HTTP2StreamOutput(window: 10)
        output.append(bytes(1))
        output.finish()
        output.stop()
        #expect(!output.canSend && !output.isEnded && !output.isOpen && output.byteCount == 0)
        output.finish()
        #expect(!output.canSend)
        var ended = HTTP2StreamOutput(window: 10, isEnded: true)
        ended.stop()
        #expect(ended.isEnded && !ended.isOpen)
    }

    @Test("A stream has one place in the line, and none without something to send")
    func line() {
        var output = HTTP2StreamOutput(window: 10)
        #expect(output.enterLine() == false)
        output.append(bytes(1))
        #expect(output.enterLine() == true)
        #expect(output.enterLine() == false)
        #expect(output.leaveLine() == true)
        #expect(output.leaveLine() == false)
        #expect(output.enterLine() == true)
    }
}
