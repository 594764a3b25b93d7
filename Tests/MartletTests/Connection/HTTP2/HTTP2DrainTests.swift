import NIOCore
import Testing

@testable import Martlet

/// The rest of a request that is answered, told without a socket or a clock.
@Suite struct HTTP2DrainTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("A client has five seconds from the end of the response on")
    func time() {
        var drain = HTTP2Drain(upTo: 100)
        #expect(!drain.isOver(at: start + .hours(1)))
        drain.answered(at: start)
        drain.received(99, at: start + .seconds(4))
        let isOver = [4, 5].map { drain.isOver(at: start + .seconds($0)) }
        #expect(drain.grantsMore && isOver == [false, true])
    }

    @Test("It has one second once it has sent as much as is dropped")
    func bound() {
        var drain = HTTP2Drain(upTo: 100)
        drain.answered(at: start)
        drain.received(100, at: start + .seconds(2))
        drain.received(100, at: start + .milliseconds(2_900))
        let isOver = [2, 3].map { drain.isOver(at: start + .seconds($0)) }
        #expect(!drain.grantsMore && isOver == [false, true])
    }

    @Test("That is one second from the end of the response on, if it has sent as much before", arguments: [0, 100])
    func boundBefore(allowance: Int) {
        var drain = HTTP2Drain(upTo: allowance)
        drain.received(100, at: start)
        #expect(!drain.grantsMore && !drain.isOver(at: start + .seconds(9)))
        drain.answered(at: start + .seconds(9))
        let isOver = [9, 10].map { drain.isOver(at: start + .seconds($0)) }
        #expect(isOver == [false, true])
    }

    @Test("So it has when the connection closes, however often that is said")
    func hurry() {
        var drain = HTTP2Drain(upTo: 100)
        drain.hurry(at: start)
        #expect(!drain.isOver(at: start + .seconds(9)))
        drain.answered(at: start)
        for second in 1...2 { drain.hurry(at: start + .seconds(Int64(second))) }
        let isOver = [1, 2].map { drain.isOver(at: start + .seconds($0)) }
        #expect(isOver == [false, true])
    }
}
