import NIOCore
import Testing

@testable import Martlet

/// A client that grants no room, or hardly any, told without a socket or a clock.
@Suite struct HTTP2StallTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func check(_ stall: inout HTTP2Stall, after seconds: Int64, isStuck: Bool = true) -> Bool {
        stall.hasLasted(now: start + .seconds(seconds), isStuck: isStuck, .seconds(10))
    }

    @Test("Less than 4 KiB within the time is no progress", arguments: [0, 1, 4_095])
    func noProgress(count: Int) {
        var stall = HTTP2Stall()
        let isStalledAtOnce = check(&stall, after: 0)
        stall.sent(count)
        let isStalled = [10, 11].map { check(&stall, after: $0) }
        #expect(!isStalledAtOnce && isStalled == [false, true])
    }

    @Test("With 4 KiB the time begins anew, and what was sent before no longer counts")
    func progress() {
        var stall = HTTP2Stall()
        _ = check(&stall, after: 0)
        stall.sent(4_095)
        stall.sent(1)
        let isStalled = [9, 19, 20].map { check(&stall, after: $0) }
        #expect(isStalled == [false, false, true])
    }

    @Test("So it does when there is room, or nothing to send")
    func room() {
        var stall = HTTP2Stall()
        let isStalled = [
            check(&stall, after: 0), check(&stall, after: 10, isStuck: false), check(&stall, after: 11),
            check(&stall, after: 21), check(&stall, after: 22),
        ]
        #expect(isStalled == [false, false, false, false, true])
    }

    @Test("Without a limit nothing is too long")
    func noLimit() {
        var stall = HTTP2Stall()
        let isStalled = [0, 3_600].map { stall.hasLasted(now: start + .seconds($0), isStuck: true, nil) }
        #expect(isStalled == [false, false])
    }
}
