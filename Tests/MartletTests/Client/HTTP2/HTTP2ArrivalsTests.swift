import NIOCore
import Testing

@testable import Martlet

/// What a client's connection notes of a server that sends, told without a socket or a clock.
@Suite struct HTTP2ArrivalsTests {
    private func time(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    private func arrivals(pingInterval: Duration? = .seconds(1)) -> HTTP2Arrivals {
        HTTP2Arrivals(pingInterval: pingInterval, timeout: .milliseconds(300), now: time(0))
    }

    @Test("A server that is silent is pinged, and given up if it does not answer")
    func silence() {
        var arrivals = arrivals()
        let steps = [999, 1_000, 1_299, 1_300].map { arrivals.checkSilence(at: time($0)) }
        #expect(
            steps == [
                .wait(until: time(1_000)), .ping, .wait(until: time(1_300)), .giveUp(after: .milliseconds(1_300)),
            ]
        )
    }

    @Test("Whatever it sends is an answer, and the silence begins anew")
    func answer() {
        var arrivals = arrivals()
        let ping = arrivals.checkSilence(at: time(1_000))
        arrivals.received(at: time(1_200))
        let steps = [1_300, 2_199, 2_200].map { arrivals.checkSilence(at: time($0)) }
        #expect(ping == .ping)
        #expect(steps == [.wait(until: time(2_200)), .wait(until: time(2_200)), .ping])
    }

    @Test("Without an interval silence does not matter")
    func noInterval() {
        var arrivals = arrivals(pingInterval: nil)
        let early = arrivals.checkSilence(at: time(0))
        arrivals.received(at: time(1))
        let late = arrivals.checkSilence(at: .distantFuture)
        #expect(early == nil && late == nil)
    }

    @Test("The time of the last arrival is known, before the first one that of the beginning")
    func last() {
        var arrivals = arrivals(pingInterval: nil)
        #expect(arrivals.last == time(0))
        for milliseconds in [5, 7] as [Int64] {
            arrivals.received(at: time(milliseconds))
            #expect(arrivals.last == time(milliseconds))
        }
    }

    @Test("Only frames for streams count as progress")
    func progress() {
        var arrivals = arrivals()
        arrivals.received(at: time(1))
        #expect(arrivals.count == 0)
        arrivals.receivedFrame()
        arrivals.receivedFrame()
        #expect(arrivals.count == 2)
        #expect(arrivals.last == time(1))
    }
}
