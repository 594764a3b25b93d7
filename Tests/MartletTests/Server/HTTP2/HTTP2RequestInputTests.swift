import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a stream takes of its request after the head, told without a socket or a clock.
@Suite struct HTTP2RequestInputTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func input(window: Int = 100, endsStream: Bool = false) -> HTTP2RequestInput {
        HTTP2RequestInput(
            HTTP2RequestReader(malformed: 1, endsStream: endsStream),
            window: HTTP2ReceiveWindow(window)
        )
    }

    @Test("The window grows as content is read")
    func window() throws {
        var input = input()
        try input.receive(byteCount: 50, flowBytes: 60, now: start)
        #expect(input.usedWindow == 60)
        #expect(input.growWindow(isWanted: false, unread: 0) == nil)
        #expect(input.growWindow(isWanted: true, unread: 50) == nil)
        #expect(input.growWindow(isWanted: true, unread: 20) == 40)
        #expect(input.usedWindow == 20)
        let error = #expect(throws: HTTP2Error.self) { try input.receive(byteCount: 81, flowBytes: 81, now: start) }
        #expect(error?.code == .flowControlError && error?.stream == 1)
    }

    @Test("It stays as it is once the client has sent all, and what comes then is refused")
    func end() throws {
        var input = input()
        try input.receive(byteCount: 100, flowBytes: 100, now: start)
        try input.end()
        #expect(input.isEnded && input.growWindow(isWanted: true, unread: 0) == nil)
        let error = #expect(throws: HTTP2Error.self) { try input.receive(byteCount: 0, flowBytes: 0, now: start) }
        #expect(error?.code == .streamClosed)
    }

    @Test("100 (Continue) is sent once, and not to a client that has not waited for it")
    func expectation() throws {
        var waiting = input()
        #expect(waiting.sendsContinue() == true)
        #expect(waiting.sendsContinue() == false)
        var eager = input()
        try eager.receive(byteCount: 1, flowBytes: 1, now: start)
        #expect(eager.sendsContinue() == false)
    }

    @Test("The rest of a request that is answered is asked for as far as it is dropped")
    func drain() throws {
        var input = input()
        #expect(input.beginDrain(upTo: 150) == true)
        #expect(input.isDraining)
        #expect(input.beginDrain(upTo: 150) == false)
        try input.receive(byteCount: 100, flowBytes: 100, now: start)
        #expect(input.growWindow(isWanted: false, unread: 0) == 100)
        input.answered(at: start)
        try input.receive(byteCount: 100, flowBytes: 100, now: start + .seconds(1))
        #expect(input.growWindow(isWanted: false, unread: 0) == nil)
        let isOver = [1_999, 2_000].map { input.isDrainOver(at: start + .milliseconds($0)) }
        #expect(isOver == [false, true])
    }

    @Test("A request that is complete has no rest")
    func noRest() {
        var input = input(endsStream: true)
        #expect(input.beginDrain(upTo: 100) == false)
        #expect(!input.isDraining)
        #expect(!input.isDrainOver(at: start + .hours(1)))
    }
}
