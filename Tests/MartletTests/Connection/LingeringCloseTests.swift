import NIOCore
import Testing

@testable import Martlet

/// How a connection ends in good order, told without a socket or a clock.
@Suite struct LingeringCloseTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// What happens to a close: everything is handed to the channel, and then sent.
    private func send(_ close: inout LingeringClose, hasPeerClosed: Bool = false) -> LingeringClose.Step? {
        close.flushed() ? close.sent(at: start, hasPeerClosed: hasPeerClosed) : nil
    }

    @Test("A peer that has nothing to lose is closed to once everything has been sent")
    func nothingToLose() {
        var close = LingeringClose(lingeringFor: .zero)
        let step = send(&close)
        #expect(step == .connection)
    }

    @Test("The channel is asked once when everything has been sent")
    func askedOnce() {
        var close = LingeringClose(lingeringFor: .seconds(1))
        let isAsked = (close.flushed(), close.flushed())
        #expect(isAsked == (true, false))
        let step = close.sent(at: start, hasPeerClosed: false)
        #expect(step == .output)
        let isAskedAgain = close.flushed()
        #expect(!isAskedAgain)
    }

    @Test("A peer that has closed its half is not waited for")
    func closedPeer() {
        var close = LingeringClose(lingeringFor: .seconds(5))
        let step = send(&close, hasPeerClosed: true)
        #expect(step == .connection)
        #expect(!close.isLingering)
    }

    @Test("The peer's half is waited for from the moment in which everything has been sent")
    func time() {
        var close = LingeringClose(lingeringFor: .seconds(1))
        #expect(!close.isLingering)
        #expect(!close.isOver(at: start + .hours(1)))
        let step = send(&close)
        #expect(step == .output)
        #expect(close.isLingering)
        #expect(!close.isOver(at: start + .milliseconds(999)))
        #expect(close.isOver(at: start + .seconds(1)))
    }

    @Test("A peer that still sends gets longer to read", arguments: [Int64(0), 1])
    func busyPeer(seconds: Int64) {
        var close = LingeringClose(lingeringFor: .seconds(seconds))
        close.received()
        let step = send(&close)
        #expect(step == .output)
        #expect(!close.isOver(at: start + .seconds(4)))
        #expect(close.isOver(at: start + .seconds(5)))
    }

    @Test("What comes during the wait does not make it longer")
    func lateBytes() {
        var close = LingeringClose(lingeringFor: .seconds(1))
        let step = send(&close)
        close.received()
        #expect(step == .output)
        #expect(close.isOver(at: start + .seconds(1)))
    }
}
