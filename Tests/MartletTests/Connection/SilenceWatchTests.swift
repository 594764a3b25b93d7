import NIOCore
import Testing

@testable import Martlet

@Suite("A watch over a silent peer")
struct SilenceWatchTests {
    private func time(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    private func watch(timeout: Int64 = 300) -> SilenceWatch {
        SilenceWatch(interval: .milliseconds(1000), timeout: .milliseconds(timeout), now: time(0))
    }

    @Test("asks after the interval, and gives up after the timeout")
    func silence() {
        var watch = watch()
        #expect(watch.check(at: time(0)) == .wait(until: time(1000)))
        #expect(watch.check(at: time(999)) == .wait(until: time(1000)))
        #expect(watch.check(at: time(1000)) == .ping)
        #expect(watch.check(at: time(1000)) == .wait(until: time(1300)))
        #expect(watch.check(at: time(1299)) == .wait(until: time(1300)))
        #expect(watch.check(at: time(1300)) == .giveUp(after: .milliseconds(1300)))
    }

    @Test("takes whatever comes for a sign of life, and begins again")
    func arrivals() {
        var watch = watch()
        watch.received(at: time(600))
        #expect(watch.check(at: time(1000)) == .wait(until: time(1600)))
        #expect(watch.check(at: time(1600)) == .ping)
        watch.received(at: time(1601))
        #expect(watch.check(at: time(1900)) == .wait(until: time(2601)))
    }

    @Test("blames no peer for being asked late itself", arguments: [0, 1, 999, 100_000])
    func lateness(_ late: Int64) {
        // As long as the peer's answer, and longer: what counts is what has come since the peer was asked.
        var watch = watch(timeout: 1000)
        #expect(watch.check(at: time(1000 + late)) == .ping)
        watch.received(at: time(1001 + late))
        #expect(watch.check(at: time(2000 + late)) == .wait(until: time(2001 + late)))
        #expect(watch.check(at: time(2001 + 2 * late)) == .ping)
        #expect(watch.check(at: time(2001 + 2 * late)) == .wait(until: time(3001 + 2 * late)))
    }
}
